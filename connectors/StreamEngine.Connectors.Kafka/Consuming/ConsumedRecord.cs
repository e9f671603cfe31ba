using System.Runtime.CompilerServices;
using System.Text;
using StreamEngine.Connectors.Kafka.Native;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>A record as it lies in librdkafka's memory. Valid only while <see cref="IRecordReceiver.OnRecord"/> runs.</summary>
public readonly unsafe ref struct ConsumedRecord
{
    private readonly NativeMessage* _message;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ConsumedRecord(NativeMessage* message, string topic)
    {
        _message = message;
        Topic = topic;
    }

    /// <summary>The topic; the same object for all records of a topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition => _message->Partition;

    /// <summary>The offset.</summary>
    public long Offset => _message->Offset;

    /// <summary>When the record was written (or made, as the topic is set), in ms since 1970; -1 where unknown.</summary>
    public long Timestamp => Librdkafka.rd_kafka_message_timestamp(_message, null);

    /// <summary>Whether there is a key.</summary>
    public bool HasKey => _message->Key != null;

    /// <summary>The key; empty where there is none.</summary>
    public ReadOnlySpan<byte> Key => new(_message->Key, (int)_message->KeyLength);

    /// <summary>Whether there is a value; a record without one is a tombstone.</summary>
    public bool HasValue => _message->Payload != null;

    /// <summary>The value; empty where there is none.</summary>
    public ReadOnlySpan<byte> Value => new(_message->Payload, (int)_message->PayloadLength);

    /// <summary>Appends the headers to <paramref name="headers"/> as <see cref="RecordHeaders"/> writes them. A null value becomes an empty one.</summary>
    /// <returns>How many there were.</returns>
    public int CopyHeaders(ByteArena headers)
    {
        nint list;
        if (Librdkafka.rd_kafka_message_headers(_message, &list) != 0)
        {
            return 0;
        }

        byte* name;
        byte* value;
        nuint size;
        nuint count = 0;
        while (Librdkafka.rd_kafka_header_get_all(list, count, &name, &value, &size) == 0)
        {
            RecordHeaders.Add(headers, Terminated(name), new ReadOnlySpan<byte>(value, (int)size));
            count++;
        }

        return (int)count;
    }

    /// <summary>Topic, partition and offset.</summary>
    public override string ToString() => $"{Topic} [{Partition}] @{Offset} {Encoding.UTF8.GetString(Key)}";

    private static ReadOnlySpan<byte> Terminated(byte* text) => System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
}
