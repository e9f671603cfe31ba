using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// librdkafka's mock cluster of one broker, hosted by the client instance of a producer
/// (<c>rdkafka_mock.h</c>). The producer itself sends nothing.
/// </summary>
internal sealed partial class MockCluster : IDisposable
{
    private const int BrokerId = 1;
    private readonly IProducer<Null, Null> _host;
    private nint _cluster;

    public MockCluster()
    {
        // The host must name a broker; nothing listens on port 1 and nothing is sent, so its complaints are noise.
        var config = new ProducerConfig { BootstrapServers = "127.0.0.1:1" };
        config.Set("log_level", "0");
        _host = new ProducerBuilder<Null, Null>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _cluster = Native.ClusterNew((SafeHandle)LibrdkafkaHandle(_host.Handle), 1);
        if (_cluster == 0)
        {
            _host.Dispose();
            throw new EmbeddedServiceException("librdkafka could not start its mock cluster: no loopback port could be bound.");
        }
        Bootstrap = Marshal.PtrToStringUTF8(Native.ClusterBootstraps(_cluster))
            ?? throw new EmbeddedServiceException("librdkafka started a mock cluster without an address.");
    }

    /// <summary>The address at which the broker itself listens.</summary>
    public string Bootstrap { get; }

    public void CreateTopic(EmbeddedTopic topic)
    {
        var code = (ErrorCode)Native.TopicCreate(_cluster, topic.Name, topic.Partitions, 1);
        if (code == ErrorCode.TopicAlreadyExists)
            throw new EmbeddedServiceException($"Topic '{topic.Name}' exists already.");
        if (code != ErrorCode.NoError)
            throw new EmbeddedServiceException($"Topic '{topic.Name}' could not be created: {code.GetReason()}.");
    }

    public void SetInitialRebalanceDelay(TimeSpan delay) =>
        Native.GroupInitialRebalanceDelay(_cluster, (int)delay.TotalMilliseconds);

    /// <summary>Tells clients another address than the one the broker listens at.</summary>
    public void Advertise(string host, int port) => Native.BrokerSetHostPort(_cluster, BrokerId, host, port);

    public void Dispose()
    {
        if (_cluster == 0)
            return;
        Native.ClusterDestroy(_cluster);
        _cluster = 0;
        _host.Dispose();
    }

    // The native handle is internal to Confluent.Kafka; the version is pinned and a test covers it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object LibrdkafkaHandle(Handle handle);

    private static partial class Native
    {
        private const string Library = "librdkafka";

        static Native() => NativeLibraries.Resolve();

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
        public static partial nint ClusterNew(SafeHandle client, int brokers);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
        public static partial void ClusterDestroy(nint cluster);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
        public static partial nint ClusterBootstraps(nint cluster);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int TopicCreate(nint cluster, string topic, int partitions, int replicationFactor);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
        public static partial void GroupInitialRebalanceDelay(nint cluster, int milliseconds);

        [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
        public static partial void BrokerSetHostPort(nint cluster, int broker, string host, int port);
    }
}
