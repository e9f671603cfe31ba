namespace StreamEngine.Tests.Integration;

/// <summary>Brokers that are not there, do not know the topic, or turn the engine away.</summary>
public sealed class BrokerTests(BrokerTests.SecureKafka own) : IClassFixture<BrokerTests.SecureKafka>
{
    private static readonly Uri _noClickHouse = new("http://127.0.0.1:1");

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_wrong_password_ends_the_run_with_1_and_says_so_without_showing_it()
    {
        var outcome = await Run("wrong-secret", own.Kafka.CaPath, "posts");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"streamengine: Kafka at {own.Kafka.BootstrapSecure} refuses access: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("uthentication failed", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_certificate_of_a_strange_authority_ends_the_run_with_1_and_says_so()
    {
        var outcome = await Run(RealKafka.Password, own.Kafka.StrangeCaPath, "posts");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"streamengine: Kafka at {own.Kafka.BootstrapSecure} refuses access: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("certificate", outcome.Error, StringComparison.Ordinal);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_topic_that_is_missing_ends_the_run_with_1_and_the_nearest_one_that_is_there()
    {
        var topic = await own.Kafka.CreateTopic("posts");

        var outcome = await Run(RealKafka.Password, own.Kafka.CaPath, topic + "x");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"streamengine: Kafka at {own.Kafka.BootstrapSecure} has no topic '{topic}x' (did you mean '{topic}'?).", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(RealKafka.Password, outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_broker_that_is_down_at_the_start_is_waited_for_and_then_worked_with()
    {
        using var folder = new TempFolder();
        await using var kafka = await RealKafka.Start();
        var topic = await kafka.CreateTopic("posts");
        var graph = RealKafka.UniqueName("down");
        var posts = new PostStream(seed: 31, partitions: 1);
        posts.Publish(kafka.Bootstrap, topic, 2000);
        await kafka.Kill();
        using var engine = RunningProgram.Start(PostStream.Run(folder, graph, kafka.Bootstrap, topic, _noClickHouse));

        await engine.Says($"Kafka at {kafka.Bootstrap} cannot be reached: ");
        await kafka.Restart();
        await engine.Says($"Kafka at {kafka.Bootstrap} can be reached again");
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", 1) > 0, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));

        var outcome = await engine.Terminate(TimeSpan.FromSeconds(20));
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), outcome.Ledger);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task A_checkpoint_that_hangs_in_one_node_of_a_cluster_is_given_up_and_taken_anew_with_nothing_lost()
    {
        using var folder = new TempFolder();
        await using var kafka = await RealKafka.Start(nodes: 2);
        var topic = await kafka.CreateTopic("posts", 4);
        var graph = RealKafka.UniqueName("stuck");
        var posts = new PostStream(seed: 37, partitions: 4);
        using var engine = RunningProgram.Start(PostStream.Run(folder, graph, kafka.Bootstrap, topic, _noClickHouse, "--set", "source.kafka.transaction_timeout=2s", "--set", "source.kafka.settings.session.timeout.ms=45000"));
        // Without a pause, so that a checkpoint is on its way at every moment.
        var publishing = Task.Run(() =>
        {
            for (var round = 0; round < 100; round++)
            {
                posts.Publish(kafka.Bootstrap, topic, 100);
            }
        });
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", 4) > 0, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));
        kafka.Freeze(2);

        await engine.Says("a checkpoint is on its way for 6 s though Kafka can be reached");
        kafka.Thaw(2);
        await publishing;
        await Eventually.Holds(() => Topic.Committed(kafka.Bootstrap, $"{graph}.ingest", topic, 4) == posts.Count, () => $"all posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));

        var outcome = await engine.Terminate(TimeSpan.FromSeconds(20));
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), outcome.Ledger);
    }

    private async Task<Outcome> Run(string password, string authority, string topic)
    {
        using var folder = new TempFolder();
        using var engine = RunningProgram.Start(PostStream.Run(
            folder,
            RealKafka.UniqueName("secure"),
            own.Kafka.BootstrapSecure,
            topic,
            _noClickHouse,
            "--set", "source.kafka.settings.security.protocol=SASL_SSL",
            "--set", "source.kafka.settings.sasl.mechanisms=SCRAM-SHA-512",
            "--set", $"source.kafka.settings.sasl.username={RealKafka.User}",
            "--set", $"source.kafka.settings.sasl.password={password}",
            "--set", $"source.kafka.settings.ssl.ca.location={authority}"));
        return await engine.End(TimeSpan.FromSeconds(40));
    }

    /// <summary>A broker with TLS and passwords.</summary>
    public sealed class SecureKafka : IAsyncLifetime
    {
        private RealKafka? _kafka;

        public RealKafka Kafka => _kafka ?? throw new InvalidOperationException("there is no KAFKA_HOME");

        public async Task InitializeAsync()
        {
            if (KafkaAtHand.Home is not null)
            {
                _kafka = await RealKafka.Start(secure: true);
            }
        }

        public async Task DisposeAsync()
        {
            if (_kafka is not null)
            {
                await _kafka.DisposeAsync();
            }
        }
    }
}
