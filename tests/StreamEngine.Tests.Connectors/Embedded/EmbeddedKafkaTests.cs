using System.Diagnostics;
using Confluent.Kafka;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.Embedded;

public sealed class EmbeddedKafkaTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_produced_is_consumed_at_a_free_port_and_at_a_chosen_one(bool chosen)
    {
        int port = chosen ? FreePort.Next() : 0;
        using EmbeddedKafka kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Port = port, Topics = [new("posts", 3)] });
        if (chosen)
            Assert.Equal($"127.0.0.1:{port}", kafka.Bootstrap);
        const int count = 3000;
        await Produce(kafka.Bootstrap, "posts", count);
        using IConsumer<string, string> consumer = Consumer(kafka.Bootstrap, "readers");
        consumer.Subscribe("posts");
        Dictionary<string, string> records = Consume(consumer, count);
        Assert.All(Enumerable.Range(0, count), n => Assert.Equal($"value {n}", records[$"{n}"]));
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Bootstrap }).Build();
        Metadata metadata = admin.GetMetadata("posts", _patience);
        Assert.Equal(3, Assert.Single(metadata.Topics).Partitions.Count);
        Assert.Equal(kafka.Bootstrap, $"{Assert.Single(metadata.Brokers).Host}:{metadata.Brokers[0].Port}");
    }

    [Fact]
    public async Task Two_members_of_a_group_share_the_partitions_and_one_takes_over_when_the_other_leaves()
    {
        using EmbeddedKafka kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new("posts", 4)] });
        using IConsumer<string, string> first = Consumer(kafka.Bootstrap, "pair");
        IConsumer<string, string> second = Consumer(kafka.Bootstrap, "pair");
        first.Subscribe("posts");
        second.Subscribe("posts");
        // Both are polled each time: a member that is not polled does not take part in a rebalance.
        await Eventually.Holds(() => Polled(first) == 2 & Polled(second) == 2, () => $"2 and 2 partitions, not {first.Assignment.Count} and {second.Assignment.Count}");
        Assert.Empty(first.Assignment.Intersect(second.Assignment));
        second.Close();
        second.Dispose();
        await Eventually.Holds(() => Polled(first) == 4, () => $"all 4 partitions, not {first.Assignment.Count}");
    }

    [Fact]
    public void A_topic_that_exists_or_is_misnamed_and_a_port_that_is_taken_are_told_in_one_line()
    {
        int port = FreePort.Next();
        using EmbeddedKafka kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Port = port });
        kafka.CreateTopic("posts", 2);
        Assert.Equal("Topic 'posts' exists already.", Assert.Throws<EmbeddedServiceException>(() => kafka.CreateTopic("posts", 2)).Message);
        Assert.Contains("'a b' is not a topic name", Assert.Throws<EmbeddedServiceException>(() => kafka.CreateTopic("a b", 2)).Message, StringComparison.Ordinal);
        Assert.Contains("has 1 to", Assert.Throws<EmbeddedServiceException>(() => kafka.CreateTopic("zero", 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith($"Port {port} cannot be used", Assert.Throws<EmbeddedServiceException>(() => EmbeddedKafka.Start(new EmbeddedKafkaOptions { Port = port })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_serves_other_processes_until_it_is_told_to_stop()
    {
        int port = FreePort.Next();
        using Process program = ProgramUnderTest.Start("embedded", "kafka", "--port", $"{port}", "--topic", "posts:2");
        Assert.Equal($"127.0.0.1:{port}", await program.StandardOutput.ReadLineAsync());
        await Produce($"127.0.0.1:{port}", "posts", 100);
        using (IConsumer<string, string> consumer = Consumer($"127.0.0.1:{port}", "outside"))
        {
            consumer.Subscribe("posts");
            Assert.Equal(100, Consume(consumer, 100).Count);
            consumer.Close();
        }
        Assert.Equal(0, await ProgramUnderTest.Terminate(program));
    }

    private static int Polled(IConsumer<string, string> consumer)
    {
        consumer.Consume(TimeSpan.FromMilliseconds(20));
        return consumer.Assignment.Count;
    }

    private static async Task Produce(string bootstrap, string topic, int count)
    {
        using IProducer<string, string> producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap, CompressionType = CompressionType.Lz4 }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(n => producer.ProduceAsync(topic, new Message<string, string> { Key = $"{n}", Value = $"value {n}" })));
    }

    private static IConsumer<string, string> Consumer(string bootstrap, string group) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 20,
            HeartbeatIntervalMs = 200,
            SessionTimeoutMs = (int)EmbeddedKafka.SuggestedSessionTimeout.TotalMilliseconds,
        }).Build();

    private static Dictionary<string, string> Consume(IConsumer<string, string> consumer, int count)
    {
        var records = new Dictionary<string, string>();
        var watch = Stopwatch.StartNew();
        while (records.Count < count && watch.Elapsed < _patience)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                records.Add(record.Message.Key, record.Message.Value);
        }
        return records;
    }
}
