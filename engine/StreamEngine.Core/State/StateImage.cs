using System.Diagnostics.CodeAnalysis;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Core.State;

/// <summary>
/// The live entries of one partition's state while it is read back: later records replace earlier ones, tombstones delete.
/// </summary>
public sealed class StateImage
{
    private readonly Dictionary<byte[], byte[]> _entries = new(new BytesComparer());
    private readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    /// <summary>Creates an empty image.</summary>
    public StateImage() => _bySpan = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>How many entries are live.</summary>
    public int Count => _entries.Count;

    /// <summary>The live entries, in no order.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Entries => _entries;

    /// <summary>The value of a live entry.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out byte[] value) => _bySpan.TryGetValue(key, out value!);

    /// <summary>Takes in a record with a value.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _bySpan[key] = value.ToArray();

    /// <summary>Takes in a tombstone.</summary>
    public void Delete(ReadOnlySpan<byte> key) => _bySpan.Remove(key);

    /// <summary>Takes in a record as a task has written it.</summary>
    internal void Take(in OutputRecord record)
    {
        if (record.HasValue)
        {
            Put(record.Key, record.Value);
        }
        else
        {
            Delete(record.Key);
        }
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)Hash64.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
