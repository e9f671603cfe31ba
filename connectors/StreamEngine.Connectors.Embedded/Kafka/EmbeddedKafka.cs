using System.Net;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// A Kafka broker inside this process, for demos and for tests of the happy path: librdkafka's mock cluster.
/// Other processes on this machine can connect to it.
/// </summary>
/// <remarks>
/// <para>It does: produce, consume, headers, timestamps, compression, consumer groups, committed offsets.</para>
/// <para>
/// It does not, against Apache Kafka: hide uncommitted records from <c>read_committed</c>, keep offsets sent to a
/// transaction, fence a producer (exactly-once is therefore proved on a real broker only); keep anything across a
/// restart; keep more than 5 MiB and 100,000 batches per partition (older records are dropped without a word);
/// encrypt or authenticate; compact topics; serve most Admin requests (<c>ListConsumerGroups</c> crashes the asking
/// process). A fetch is not woken by new records: set <c>fetch.wait.max.ms</c> low. A rebalance takes
/// <c>session.timeout.ms</c> minus 1 s: set it to <see cref="SuggestedSessionTimeout"/>. All members of a group must
/// use the same assignor.
/// </para>
/// </remarks>
public sealed class EmbeddedKafka : IDisposable
{
    private const string Loopback = "127.0.0.1";
    private readonly MockCluster _cluster;
    private readonly PortForwarder? _forwarder;

    private EmbeddedKafka(MockCluster cluster, PortForwarder? forwarder, string bootstrap)
    {
        _cluster = cluster;
        _forwarder = forwarder;
        Bootstrap = bootstrap;
    }

    /// <summary>The <c>session.timeout.ms</c> with which groups on this broker rebalance in about half a second.</summary>
    public static TimeSpan SuggestedSessionTimeout { get; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>The address for <c>bootstrap.servers</c>, as <c>127.0.0.1:PORT</c>.</summary>
    public string Bootstrap { get; }

    /// <summary>Starts a broker; it is ready when this returns.</summary>
    /// <exception cref="EmbeddedServiceException">The port is taken, or a topic cannot be created.</exception>
    public static EmbeddedKafka Start(EmbeddedKafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Port is < 0 or > ushort.MaxValue)
            throw new EmbeddedServiceException($"{options.Port} is not a port: 0 (a free one) to {ushort.MaxValue}.");
        var cluster = new MockCluster();
        EmbeddedKafka? kafka = null;
        try
        {
            kafka = options.Port == 0 ? new EmbeddedKafka(cluster, null, cluster.Bootstrap) : AtPort(cluster, options.Port);
            cluster.SetInitialRebalanceDelay(options.InitialRebalanceDelay);
            foreach (EmbeddedTopic topic in options.Topics)
                kafka.CreateTopic(topic.Name, topic.Partitions);
            return kafka;
        }
        catch
        {
            if (kafka is null)
                cluster.Dispose();
            else
                kafka.Dispose();
            throw;
        }
    }

    /// <summary>Creates a topic.</summary>
    /// <param name="name">1 to 249 characters out of <c>a-z A-Z 0-9 . _ -</c>.</param>
    /// <param name="partitions">1 to <see cref="EmbeddedTopic.MaxPartitions"/>.</param>
    /// <exception cref="EmbeddedServiceException">The topic exists, or its name or number of partitions is wrong.</exception>
    public void CreateTopic(string name, int partitions)
    {
        var topic = new EmbeddedTopic(name, partitions);
        if (topic.Problem() is { } problem)
            throw new EmbeddedServiceException(problem);
        _cluster.CreateTopic(topic);
    }

    /// <summary>Stops the broker; all its records are gone.</summary>
    public void Dispose()
    {
        _forwarder?.Dispose();
        _cluster.Dispose();
    }

    private static EmbeddedKafka AtPort(MockCluster cluster, int port)
    {
        var forwarder = new PortForwarder(port, IPEndPoint.Parse(cluster.Bootstrap));
        cluster.Advertise(Loopback, port);
        return new EmbeddedKafka(cluster, forwarder, $"{Loopback}:{port}");
    }
}
