using System.Text;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>Where processes begin and what they may still commit, when partitions, topics and processes come and go.</summary>
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
        await Eventually.Holds(() => Writers(graph).Count(w => w == "first") > 3, () => $"time alone is committed\n{first.Log}");
        open.Reset();
        using var second = new GraphProcess("second", graph, topic, kafka.Bootstrap);
        await Eventually.Holds(() => Writers(graph).Contains("second"), () => $"the second process takes over\n{second.Log}", TimeSpan.FromSeconds(60));

        open.Set();
        await Eventually.Holds(() => first.Log.ToString().Contains("was fenced", StringComparison.Ordinal), () => $"the first process notices\n{first.Log}");

        var writers = Writers(graph);
        Assert.Equal(writers.Count(w => w == "first"), writers.IndexOf("second"));
    }

    [KafkaFact]
    public async Task A_partition_without_records_has_a_position_too_and_what_time_changes_there_is_committed()
    {
        var topic = await kafka.CreateTopic("clockwork");
        var graph = RealKafka.UniqueName("clockwork");

        using var only = new GraphProcess("only", graph, topic, kafka.Bootstrap);

        await Eventually.Holds(() => Writers(graph).Count > 3, () => $"time alone is committed\n{only.Log}");
        Assert.Equal((0, 0), (only.Runtime.Partitions[0].NextOffset, only.Runtime.Partitions[0].Ledger.Consumed));
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

    [KafkaFact]
    public async Task A_partition_that_is_added_is_read_from_its_start_also_where_the_graph_began_with_the_latest()
    {
        var topic = await kafka.CreateTopic("latest");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(producer, topic, 0, 0, 5);
        using var process = new GraphProcess("only", RealKafka.UniqueName("latest"), topic, kafka.Bootstrap, start: "latest");
        await Eventually.Holds(() => process[0].NextOffset > 5, () => $"it begins at the end\n{process.Log}");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Bootstrap }).Build();

        await admin.CreatePartitionsAsync([new Confluent.Kafka.Admin.PartitionsSpecification { Topic = topic, IncreaseTo = 2 }]);
        using var later = Sent.Producer(kafka.Bootstrap, topic + "2", _log);
        await Eventually.Holds(() => Sends(() => Sent.Numbers(later, topic, 1, 0, 50)), "the partition is there");

        await Eventually.Holds(() => process[1].Ledger.Consumed == 50, () => $"all of the new partition is read, and not {process[1]}\n{process.Log}");
        Assert.Equal(0, process[0].Ledger.Consumed);
    }

    [KafkaFact]
    public async Task Records_that_were_deleted_before_they_were_read_are_told_and_a_topic_that_ends_before_the_position_is_refused()
    {
        var topic = await kafka.CreateTopic("deleted");
        var graph = RealKafka.UniqueName("deleted");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Bootstrap }).Build();
        Sent.Numbers(producer, topic, 0, 0, 10);
        using (var first = new GraphProcess("only", graph, topic, kafka.Bootstrap))
        {
            await Eventually.Holds(() => first[0].NextOffset >= 10 && Writers(graph).Count > 0, () => $"it reads\n{first.Log}");
        }

        Sent.Numbers(producer, topic, 0, 10, 10);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 15)]);
        using (var second = new GraphProcess("only", graph, topic, kafka.Bootstrap))
        {
            await Eventually.Holds(() => second[0].Ledger.Consumed >= 15, () => $"it goes on\n{second.Log}");
            Assert.Contains("were deleted before stage ingest had read them", second.Log.ToString(), StringComparison.Ordinal);
            Assert.InRange(second[0].Ledger.Consumed, 15, 16);
        }

        await admin.DeleteTopicsAsync([topic]);
        await Eventually.Holds(() => Sends(() => admin.CreateTopicsAsync([new Confluent.Kafka.Admin.TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]).Wait()), "the topic is made anew");
        using var third = new GraphProcess("only", graph, topic, kafka.Bootstrap);
        await Eventually.Holds(() => third.Failure is not null, () => $"it is refused\n{third.Log}", TimeSpan.FromSeconds(60));
        Assert.Contains("the topic was made anew, or has lost records", third.Failure!.Message, StringComparison.Ordinal);
    }

    private static bool Sends(Action send)
    {
        try
        {
            send();
            return true;
        }
        catch (Exception error) when (error is KafkaException or AggregateException or TransactionAbortedException or UnknownTopicException)
        {
            return false;
        }
    }

    /// <summary>Who has written the operator's state, in order.</summary>
    private List<string> Writers(string graph)
    {
        using var reader = Sent.Reader(kafka.Bootstrap, $"{graph}.state", 1, new LogLines());
        var got = new Collected();
        got.Until(reader, () => got.Ends.Count > 0, "the end of the state");
        return [.. got.Records.Where(r => Encoding.UTF8.GetString(r.Key!).Contains(Clockwork.Table, StringComparison.Ordinal)).Select(r => r.Text[1..])];
    }
}
