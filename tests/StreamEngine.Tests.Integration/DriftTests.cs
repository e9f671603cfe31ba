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
          - window: { size: 10m }
        sinks:
          - kafka: { topic: counts }
            from: window
        runtime:
          max_drift: 2h
        """;

    [KafkaFact]
    public async Task A_partition_that_is_far_ahead_in_event_time_waits_for_the_one_with_a_backlog_and_then_every_post_is_counted()
    {
        const int each = 150_000;
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("drift", 2), RealKafka.UniqueName("drift"));
        var start = DateTimeOffset.UtcNow.AddDays(-2);
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Bootstrap, LingerMs = 5, EnableIdempotence = true, QueueBufferingMaxMessages = 1_000_000 }).Build())
        {
            for (var i = 0; i < each; i++)
            {
                // One partition is an hour long, the other a day and a half.
                producer.Produce(new TopicPartition(topic, 0), new Message<Null, byte[]> { Value = PostStream.Post($"a{i}", start.AddSeconds(i * 3600.0 / each), "Alder is fine") });
                producer.Produce(new TopicPartition(topic, 1), new Message<Null, byte[]> { Value = PostStream.Post($"b{i}", start.AddSeconds(i * 36.0 * 3600 / each), "Birch is fine") });
            }

            producer.Flush();
        }

        _ = PostStream.WriteGraph(folder);
        await File.WriteAllTextAsync(folder["drift.yaml"], Graph);
        var outcome = await Product.Run(
            "run", folder["drift.yaml"], "--json", "--until-idle", "2s", "--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.kafka.topic={graph}.counts");

        Assert.Equal((2 * each, 2 * each, 0, 0, 0), outcome.Ledger);
        Assert.Contains($"{topic}[1] is ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("ahead of the last partition in event time and waits for it", outcome.Error, StringComparison.Ordinal);
    }
}
