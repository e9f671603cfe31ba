using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>What a process may still commit when others have its partitions.</summary>
[Collection(KafkaCollection.Name)]
public sealed class FencingTests(RealKafka kafka)
{
    private readonly LogLines _log = new();

    [KafkaFact]
    public async Task What_time_alone_has_changed_is_not_committed_by_a_process_whose_partitions_others_have()
    {
        var topic = await kafka.CreateTopic("clockwork");
        var graph = RealKafka.UniqueName("clockwork");
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, new LogLines()))
        {
            Sent.Numbers(producer, topic, 0, 0, 1);
        }

        using var open = new ManualResetEventSlim(true);
        using var first = new GraphProcess("first", graph, topic, kafka.Bootstrap, () => open.Wait());
        await Eventually.Holds(() => Clockwork.Writers(kafka.Bootstrap, graph).Count(w => w == "first") > 3, () => $"time alone is committed\n{first.Log}");
        open.Reset();
        using var second = new GraphProcess("second", graph, topic, kafka.Bootstrap);
        await Eventually.Holds(() => Clockwork.Writers(kafka.Bootstrap, graph).Contains("second"), () => $"the second process takes over\n{second.Log}", TimeSpan.FromSeconds(60));

        open.Set();
        await Eventually.Holds(() => first.Log.ToString().Contains("was fenced", StringComparison.Ordinal), () => $"the first process notices\n{first.Log}");

        var writers = Clockwork.Writers(kafka.Bootstrap, graph);
        Assert.Equal(writers.Count(w => w == "first"), writers.IndexOf("second"));
    }

    [KafkaFact]
    public async Task The_records_of_a_transaction_are_in_the_log_before_its_offsets_are_sent()
    {
        var topic = await kafka.CreateTopic("lingering");
        using var outside = new SpanConsumer(Sent.To(kafka.Bootstrap), new SpanConsumerOptions { GroupId = "g-" + topic, ReadCommitted = false }, _log);
        using var producer = new TransactionalProducer(Sent.To(kafka.Bootstrap, ("linger.ms", "5000")), topic, _log);
        producer.Initialize(TimeSpan.FromSeconds(60));

        // The offsets are refused, since the consumer is in no group, and the transaction is rolled back: what was only queued would never be sent.
        Assert.Throws<TransactionAbortedException>(() => producer.Commit(Sent.Texts(0, ["one"]), [topic], [new TopicPartitionOffset(topic, 0, 1)], outside.Member));

        // The record, and soon the mark that it does not count.
        Assert.InRange(outside.QueryWatermarks(topic, 0, TimeSpan.FromSeconds(10)).High.Value, 1, 2);
    }
}
