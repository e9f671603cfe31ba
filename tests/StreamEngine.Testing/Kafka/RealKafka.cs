using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace StreamEngine.Testing;

/// <summary>
/// Apache Kafka itself, for tests: one or more brokers as processes on free ports of 127.0.0.1, with their data in a
/// temporary folder. They end with <see cref="DisposeAsync"/>, and also when the test process ends in another way.
/// </summary>
/// <remarks>
/// As a collection fixture (<c>ICollectionFixture&lt;RealKafka&gt;</c>) one broker serves all tests of the collection: it is
/// started out of <c>KAFKA_HOME</c>, else the one at <c>KAFKA_BOOTSTRAP</c> is used; where there is neither nothing is
/// started, and tests marked <see cref="KafkaFactAttribute"/> are left out. Tests that share it use topics and groups with
/// names of their own (<see cref="UniqueName"/>). A test that kills or freezes brokers starts its own with <see cref="Start"/>.
/// </remarks>
public sealed class RealKafka : IAsyncLifetime, IAsyncDisposable
{
    /// <summary>The user that the secure listener knows.</summary>
    public const string User = "test";

    /// <summary>The password of <see cref="User"/>.</summary>
    public const string Password = "test-secret";

    private const int Attempts = 3;
    private static readonly TimeSpan _readyPatience = TimeSpan.FromSeconds(60);

    private readonly List<KafkaNode> _nodes = [];
    private TempFolder? _folder;
    private string? _bootstrap;
    private bool _secure;

    /// <summary>The brokers' addresses for clients without encryption: <c>host:port,…</c></summary>
    /// <exception cref="InvalidOperationException">There is no broker.</exception>
    public string Bootstrap => _bootstrap ?? throw new InvalidOperationException(
        "No broker runs. Mark tests that need one with [KafkaFact] or [KafkaTheory].");

    /// <summary>The brokers' addresses for clients with SASL_SSL: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.</summary>
    /// <exception cref="InvalidOperationException">The brokers were not started with <c>secure</c>.</exception>
    public string BootstrapSecure => _secure
        ? string.Join(',', _nodes.Select(node => $"127.0.0.1:{node.SecurePort}"))
        : throw new InvalidOperationException("The brokers were not started with secure: true.");

    /// <summary>A PEM file with the certificate of the authority that signed the brokers' certificates.</summary>
    public string CaPath => InFolder("ca.pem");

    /// <summary>A PEM file with the certificate of an authority that has nothing to do with the brokers.</summary>
    public string StrangeCaPath => InFolder("strange-ca.pem");

    /// <summary>Starts brokers of the caller's own, and returns when they are ready.</summary>
    /// <param name="nodes">How many; 3 have replication factor 3 and at least two in-sync replicas.</param>
    /// <param name="secure">Whether they also listen with SASL_SSL.</param>
    /// <param name="settings">Broker settings, put over the usual ones.</param>
    /// <exception cref="InvalidOperationException"><c>KAFKA_HOME</c> is not set, or the brokers did not start.</exception>
    public static async Task<RealKafka> Start(int nodes = 1, bool secure = false, IReadOnlyDictionary<string, string>? settings = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        var home = KafkaAtHand.Home ?? throw new InvalidOperationException("KAFKA_HOME is not set: there is nothing to start a broker out of.");
        for (var attempt = 1; ; attempt++)
        {
            var kafka = new RealKafka();
            try
            {
                await kafka.Launch(home, nodes, secure, settings ?? new Dictionary<string, string>());
                return kafka;
            }
            catch (InvalidOperationException error)
            {
                await kafka.DisposeAsync();
                // Between the choice of a port and its use another process may have taken it.
                var portWasTaken = error.Message.Contains("Address already in use", StringComparison.Ordinal);
                if (attempt == Attempts || !portWasTaken)
                    throw;
            }
        }
    }

    /// <summary>Ends a node at once (SIGKILL), as a crash does. Its data stay.</summary>
    /// <param name="node">Nodes are numbered from 1.</param>
    public Task Kill(int node = 1) => Node(node).Kill();

    /// <summary>Starts a node that was killed, on the same port and data, and returns when it is ready.</summary>
    /// <param name="node">Nodes are numbered from 1.</param>
    public async Task Restart(int node = 1)
    {
        var stopped = Node(node);
        stopped.Start();
        await stopped.WaitUntilOpen();
        await WaitUntilListed([node]);
    }

    /// <summary>Stops a node's time (SIGSTOP): connections stay open, and nothing is answered.</summary>
    /// <param name="node">Nodes are numbered from 1.</param>
    public void Freeze(int node = 1) => Node(node).Freeze();

    /// <summary>Lets a frozen node go on (SIGCONT).</summary>
    /// <param name="node">Nodes are numbered from 1.</param>
    public void Thaw(int node = 1) => Node(node).Thaw();

    /// <summary>A name that no other test uses: the given one with a random ending.</summary>
    /// <param name="prefix">What the name begins with.</param>
    public static string UniqueName(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 11)];

    /// <summary>Creates a topic and returns its name, which is unique.</summary>
    /// <param name="prefix">What the name begins with.</param>
    /// <param name="partitions">How many partitions.</param>
    /// <param name="settings">Topic settings such as <c>cleanup.policy</c>.</param>
    public async Task<string> CreateTopic(string prefix, int partitions = 1, Dictionary<string, string>? settings = null)
    {
        var name = UniqueName(prefix);
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, Configs = settings }]);
        await Eventually.Holds(
            () => Task.Run(() => admin.GetMetadata(name, TimeSpan.FromSeconds(10)).Topics is [{ Partitions: var all }]
                && all.Count == partitions && all.All(partition => partition.Leader > 0)),
            $"topic {name} has {partitions} partitions with leaders");
        return name;
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (KafkaAtHand.Home is { } home)
            await Launch(home, 1, false, new Dictionary<string, string>());
        else
            _bootstrap = KafkaAtHand.RunningBootstrap;
    }

    /// <summary>Ends the brokers and deletes their data.</summary>
    public Task DisposeAsync()
    {
        foreach (var node in _nodes)
            node.Dispose();
        _nodes.Clear();
        _folder?.Dispose();
        return Task.CompletedTask;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    private async Task Launch(string home, int count, bool secure, IReadOnlyDictionary<string, string> settings)
    {
        _folder = new TempFolder();
        _secure = secure;
        for (var id = 1; id <= count; id++)
            _nodes.Add(new KafkaNode(id, Directory.CreateDirectory(_folder[$"node{id}"]).FullName, home));
        var brokerPem = secure ? _folder["broker.pem"] : null;
        if (brokerPem is not null)
        {
            KafkaCertificates.Write(brokerPem, CaPath);
            KafkaCertificates.WriteStranger(StrangeCaPath);
        }
        foreach (var node in _nodes)
            KafkaSettings.Write(node, _nodes, brokerPem, settings);

        var clusterId = Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..22].Replace('+', 'A').Replace('/', 'B');
        await Task.WhenAll(_nodes.Select(node => node.Format(clusterId, secure ? KafkaSettings.ScramUser(User, Password) : [])));
        foreach (var node in _nodes)
            node.Start();
        foreach (var node in _nodes)
            await node.WaitUntilOpen();
        _bootstrap = string.Join(',', _nodes.Select(node => $"127.0.0.1:{node.Port}"));
        await WaitUntilListed(_nodes.Select(node => node.Id));
    }

    /// <summary>Waits until the cluster's metadata name these nodes: they are registered, and not only listening.</summary>
    private async Task WaitUntilListed(IEnumerable<int> ids)
    {
        var wanted = ids.ToHashSet();
        var watch = Stopwatch.StartNew();
        using var admin = Admin();
        while (true)
        {
            try
            {
                var metadata = await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(5)));
                if (wanted.IsSubsetOf(metadata.Brokers.Select(broker => broker.BrokerId)))
                    return;
            }
            catch (KafkaException) when (watch.Elapsed < _readyPatience)
            {
                // Not yet: the node still loads its metadata.
            }
            if (watch.Elapsed > _readyPatience)
                throw new InvalidOperationException($"Kafka at {_bootstrap} did not list nodes {string.Join(", ", wanted)} within {_readyPatience.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap, ReconnectBackoffMs = 50, ReconnectBackoffMaxMs = 200 })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();

    private KafkaNode Node(int id) => _nodes.Find(node => node.Id == id) ?? throw new InvalidOperationException(
        _nodes.Count == 0 ? "The broker at KAFKA_BOOTSTRAP is not ours to stop: use RealKafka.Start." : $"There is no node {id}; there are 1 to {_nodes.Count}.");

    private string InFolder(string name) => _folder?[name] ?? throw new InvalidOperationException("No broker was started.");
}
