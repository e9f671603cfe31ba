using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace StreamEngine.Connectors.Kafka.Native;

/// <summary>
/// The calls of librdkafka that Confluent.Kafka does not offer: batches out of the consumer's queue and into the producer's as spans.
/// They work on the handle that Confluent.Kafka owns, which is internal to it: the version is pinned and a test calls each of them.
/// </summary>
internal static unsafe partial class Librdkafka
{
    /// <summary>The key and the value are copied during the call.</summary>
    public const int CopyFlag = 0x2;

    /// <summary>Each message of a batch names its partition.</summary>
    public const int PartitionFlag = 0x8;

    private const string Library = "librdkafka";

    static Librdkafka() => ClientLibrary.ResolveFor(typeof(Librdkafka).Assembly);

    /// <summary>The native handle of a client. It stays valid as long as the client is not disposed.</summary>
    public static nint HandleOf(IClient client) => ((SafeHandle)InternalHandle(client.Handle)).DangerousGetHandle();

    /// <summary>A member of a group, as Confluent.Kafka's producer takes it.</summary>
    public static IConsumerGroupMetadata GroupMetadata(byte[] written)
    {
        var metadata = NewGroupMetadata();
        WrittenIn(metadata) = written;
        return (IConsumerGroupMetadata)metadata;
    }

    /// <summary>A NUL-terminated UTF-8 text.</summary>
    public static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>Throws where the native library at hand is not one that these declarations were written for.</summary>
    public static void RequireKnownVersion()
    {
        var version = rd_kafka_version() >>> 8;
        if (version < 0x020f01)
        {
            throw new InvalidOperationException(
                $"librdkafka {Text(rd_kafka_version_str())} was loaded; 2.15.1 or newer is needed. Remove the older one from the library path.");
        }
    }

    [LibraryImport(Library)]
    public static partial int rd_kafka_version();

    [LibraryImport(Library)]
    public static partial nint rd_kafka_version_str();

    [LibraryImport(Library)]
    public static partial nint rd_kafka_queue_get_consumer(nint client);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_destroy(nint queue);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_consume_batch_queue(nint queue, int timeoutMs, NativeMessage** messages, nuint size);

    [LibraryImport(Library)]
    public static partial void rd_kafka_message_destroy(NativeMessage* message);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial long rd_kafka_message_timestamp(NativeMessage* message, int* kind);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_message_errstr(NativeMessage* message);

    [LibraryImport(Library)]
    public static partial int rd_kafka_message_headers(NativeMessage* message, nint* headers);

    [LibraryImport(Library)]
    public static partial int rd_kafka_header_get_all(nint headers, nuint index, byte** name, byte** value, nuint* size);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_headers_new(nuint count);

    [LibraryImport(Library)]
    public static partial void rd_kafka_headers_destroy(nint headers);

    [LibraryImport(Library)]
    public static partial int rd_kafka_header_add(nint headers, byte* name, nint nameLength, byte* value, nint valueLength);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_topic_name(nint topic);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_topic_new(nint client, string topic, nint settings);

    [LibraryImport(Library)]
    public static partial void rd_kafka_topic_destroy(nint topic);

    [LibraryImport(Library)]
    public static partial int rd_kafka_produce_batch(nint topic, int partition, int flags, NativeMessage* messages, int count);

    /// <summary>Returns null or an error to be destroyed.</summary>
    [LibraryImport(Library)]
    public static partial nint rd_kafka_produceva(nint client, NativeField* fields, nuint count);

    [LibraryImport(Library)]
    public static partial int rd_kafka_error_code(nint error);

    [LibraryImport(Library)]
    public static partial void rd_kafka_error_destroy(nint error);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_err2str(int error);

    [LibraryImport(Library)]
    public static partial int rd_kafka_outq_len(nint client);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_clusterid(nint client, int timeoutMs);

    [LibraryImport(Library)]
    public static partial void rd_kafka_mem_free(nint client, nint memory);

    [LibraryImport(Library)]
    public static partial int rd_kafka_metadata(nint client, int allTopics, nint onlyTopic, nint* metadata, int timeoutMs);

    [LibraryImport(Library)]
    public static partial void rd_kafka_metadata_destroy(nint metadata);

    /// <summary>Returns null where the consumer is leaving its group.</summary>
    [LibraryImport(Library)]
    public static partial nint rd_kafka_consumer_group_metadata(nint client);

    [LibraryImport(Library)]
    public static partial void rd_kafka_consumer_group_metadata_destroy(nint metadata);

    /// <summary>-1 where the consumer is in no generation.</summary>
    [LibraryImport(Library)]
    public static partial int rd_kafka_consumer_group_metadata_generation_id(nint metadata);

    /// <summary>Ends with NUL, and with the metadata; empty where the consumer is not in the group.</summary>
    [LibraryImport(Library)]
    public static partial byte* rd_kafka_consumer_group_metadata_member_id(nint metadata);

    /// <summary>Returns null or an error to be destroyed. The bytes are to be freed with <see cref="rd_kafka_mem_free"/>.</summary>
    [LibraryImport(Library)]
    public static partial nint rd_kafka_consumer_group_metadata_write(nint metadata, nint* bytes, nuint* size);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_conf_new();

    [LibraryImport(Library)]
    public static partial void rd_kafka_conf_destroy(nint settings);

    /// <summary>0 = done, -1 = an invalid value, -2 = no such setting.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_set(nint settings, string name, string value, byte* error, nuint errorSize);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object InternalHandle(Handle handle);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType("Confluent.Kafka.ConsumerGroupMetadata, Confluent.Kafka")]
    private static extern object NewGroupMetadata();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "serializedMetadata")]
    private static extern ref byte[] WrittenIn([UnsafeAccessorType("Confluent.Kafka.ConsumerGroupMetadata, Confluent.Kafka")] object metadata);
}
