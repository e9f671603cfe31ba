using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Runtime;

/// <summary>The records that a checkpoint sends, in order: topic, partition, key, value, headers. Reused; adding allocates only while it grows.</summary>
public sealed class OutputBuffer
{
    private readonly ByteArena _bytes = new(1 << 16);
    private Entry[] _entries = new Entry[256];

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of keys, values and headers.</summary>
    public int ByteCount => _bytes.Length;

    /// <summary>One record. Valid until the buffer is changed.</summary>
    public OutputRecord this[int index]
    {
        get
        {
            ref var e = ref _entries[index];
            var bytes = _bytes.Buffer.AsSpan();
            return new OutputRecord(
                e.Topic,
                e.Partition,
                bytes.Slice(e.Offset, Math.Max(0, e.KeyLength)),
                bytes.Slice(e.Offset + Math.Max(0, e.KeyLength), Math.Max(0, e.ValueLength)),
                bytes.Slice(e.Offset + Math.Max(0, e.KeyLength) + Math.Max(0, e.ValueLength), e.HeadersLength),
                e.KeyLength >= 0,
                e.ValueLength >= 0);
        }
    }

    /// <summary>Adds a record.</summary>
    /// <param name="topic">Index of the topic in the plan's list.</param>
    /// <param name="partition">Partition; -1 leaves the choice to a hash of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="headers">Headers, as <see cref="RecordHeaders"/> writes them.</param>
    public void Append(int topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers = default) =>
        Add(topic, partition, key, key.Length, value, value.Length, headers);

    /// <summary>Adds a record without a value, which deletes its key from a compacted topic.</summary>
    public void AppendTombstone(int topic, int partition, ReadOnlySpan<byte> key) => Add(topic, partition, key, key.Length, default, -1, default);

    /// <summary>Adds a record without a key.</summary>
    public void AppendUnkeyed(int topic, int partition, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers = default) =>
        Add(topic, partition, default, -1, value, value.Length, headers);

    /// <summary>Forgets all records.</summary>
    public void Clear()
    {
        Count = 0;
        _bytes.Clear();
    }

    private void Add(int topic, int partition, ReadOnlySpan<byte> key, int keyLength, ReadOnlySpan<byte> value, int valueLength, ReadOnlySpan<byte> headers)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _bytes.Reserve(key.Length + value.Length + headers.Length);
        var offset = _bytes.Append(key);
        _bytes.Append(value);
        _bytes.Append(headers);
        _entries[Count++] = new Entry(topic, partition, offset, keyLength, valueLength, headers.Length);
    }

    private readonly record struct Entry(int Topic, int Partition, int Offset, int KeyLength, int ValueLength, int HeadersLength);
}

/// <summary>A record to be sent.</summary>
public readonly ref struct OutputRecord(int topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> headers, bool hasKey, bool hasValue)
{
    /// <summary>Index of the topic in the plan's list.</summary>
    public int Topic { get; } = topic;

    /// <summary>The partition; -1 = by hash of the key.</summary>
    public int Partition { get; } = partition;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>Headers, to be read by <see cref="RecordHeaders"/>.</summary>
    public ReadOnlySpan<byte> Headers { get; } = headers;

    /// <summary>Whether there is a key.</summary>
    public bool HasKey { get; } = hasKey;

    /// <summary>Whether there is a value; a record without one is a tombstone.</summary>
    public bool HasValue { get; } = hasValue;
}
