using Confluent.Kafka;

namespace StreamEngine.Tests.Integration;

/// <summary>Partitions that are at very different times.</summary>
[Collection(KafkaCollection.Name)]
public sealed class DriftTests(RealKafka kafka)
{
    private const string Graph = """
        name: drift
        source:
          kafka: { topic: posts }
        operators:
          - decode: {}
          - match: { brands: brands.yaml }
          - window: { size: 10m, idle_after: 1s }
        sinks:
          - kafka: { topic: counts }
            from: window
        runtime:
          max_drift: 2h
        """;

    private const int Each = 150_000;

    [KafkaFact]
    public async Task A_partition_that_is_far_ahead_in_event_time_waits_for_the_one_with_a_backlog_and_then_every_post_is_counted()
    {
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("drift", 2), RealKafka.UniqueName("drift"));
        Publish(topic);

        var outcome = await Product.Run([.. Run(folder, graph, topic), "--until-idle", "2s"]);

        Assert.Equal((2 * Each, 2 * Each, 0, 0, 0), outcome.Ledger);
        Assert.Contains($"{topic}[1] is ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("ahead of the last partition in event time and waits for it", outcome.Error, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task It_also_waits_where_the_other_partition_is_in_another_process_and_goes_on_when_that_is_idle()
    {
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("drift", 2), RealKafka.UniqueName("drift"));
        using var one = RunningProgram.Start([.. Run(folder, graph, topic), "--instance", "one", "--set", "runtime.workers=1"]);
        await one.Says($"works on {topic}[1]");
        using var other = RunningProgram.Start([.. Run(folder, graph, topic), "--instance", "other", "--set", "runtime.workers=1"]);
        await Eventually.Holds(() => other.Error.Contains($"Stage ingest works on {topic}[", StringComparison.Ordinal) && other.Error.Contains("Stage aggregate works on ", StringComparison.Ordinal), () => $"each has a partition\n{one.Error}\n{other.Error}", TimeSpan.FromSeconds(60));
        var (ahead, behind) = other.Error.Contains($"Stage ingest works on {topic}[1]", StringComparison.Ordinal) ? (other, one) : (one, other);

        Publish(topic);

        await ahead.Says($"{topic}[1] is ");
        Assert.Contains("ahead of the last partition in event time and waits for it", ahead.Error, StringComparison.Ordinal);
        await Eventually.Holds(() => Committed($"{graph}.ingest", topic) == 2 * Each, () => $"all is counted\n{ahead.Error}", TimeSpan.FromSeconds(60));
        var ledgers = new[] { (await ahead.Terminate()).Ledger, (await behind.Terminate()).Ledger };
        Assert.Contains((Each, Each, 0, 0, 0), ledgers);
    }

    private IEnumerable<string> Run(TempFolder folder, string graph, string topic)
    {
        _ = PostStream.WriteGraph(folder);
        File.WriteAllText(folder["drift.yaml"], Graph);
        return ["run", folder["drift.yaml"], "--json", "--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.kafka.topic={graph}.counts"];
    }

    /// <summary>How many records the group is through, over both partitions.</summary>
    private long Committed(string group, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = kafka.Bootstrap, GroupId = group }).Build();
        return consumer.Committed([new TopicPartition(topic, 0), new TopicPartition(topic, 1)], TimeSpan.FromSeconds(10)).Sum(c => Math.Max(0, c.Offset.Value));
    }

    /// <summary>One partition is an hour long, the other a day and a half.</summary>
    private void Publish(string topic)
    {
        var start = DateTimeOffset.UtcNow.AddDays(-2);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Bootstrap, LingerMs = 5, EnableIdempotence = true, QueueBufferingMaxMessages = 1_000_000 }).Build();
        for (var i = 0; i < Each; i++)
        {
            producer.Produce(new TopicPartition(topic, 0), new Message<Null, byte[]> { Value = PostStream.Post($"a{i}", start.AddSeconds(i * 3600.0 / Each), "Alder is fine") });
            producer.Produce(new TopicPartition(topic, 1), new Message<Null, byte[]> { Value = PostStream.Post($"b{i}", start.AddSeconds(i * 36.0 * 3600 / Each), "Birch is fine") });
        }

        producer.Flush();
    }
}
