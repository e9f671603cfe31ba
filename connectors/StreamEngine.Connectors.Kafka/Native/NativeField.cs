using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Kafka.Native;

/// <summary><c>rd_kafka_vu_t</c> of rdkafka.h: one argument of <c>rd_kafka_produceva</c>, a tag and a union of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct NativeField
{
    private const int TopicTag = 2;
    private const int PartitionTag = 3;
    private const int ValueTag = 4;
    private const int KeyTag = 5;
    private const int FlagsTag = 7;
    private const int HeadersTag = 10;

    [FieldOffset(0)]
    private int _tag;

    [FieldOffset(8)]
    private nint _pointer;

    [FieldOffset(8)]
    private int _number;

    [FieldOffset(16)]
    private nuint _size;

    public static NativeField Topic(nint topic) => new() { _tag = TopicTag, _pointer = topic };

    public static NativeField Partition(int partition) => new() { _tag = PartitionTag, _number = partition };

    public static NativeField Value(byte* value, int length) => new() { _tag = ValueTag, _pointer = (nint)value, _size = (nuint)length };

    public static NativeField Key(byte* key, int length) => new() { _tag = KeyTag, _pointer = (nint)key, _size = (nuint)length };

    public static NativeField Flags(int flags) => new() { _tag = FlagsTag, _number = flags };

    public static NativeField Headers(nint headers) => new() { _tag = HeadersTag, _pointer = headers };
}
