using System.Security.Cryptography;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>Where processes begin to read when partitions, topics and processes come and go.</summary>
[Collection(KafkaCollection.Name)]
public sealed class PositionTests(RealKafka kafka)
{
    private readonly LogLines _log = new();

    [KafkaFact]
    public async Task A_process_with_nothing_to_do_gets_ready_too()
    {
        var topic = await kafka.CreateTopic("shared-out");
        var graph = RealKafka.UniqueName("shared-out");
        using var first = new GraphProcess("first", graph, topic, kafka.Bootstrap, sink: new MemorySink());
        await Eventually.Holds(() => first.Runtime.Unready.Count == 0, () => $"it gets ready, and is not as {string.Join(", ", first.Runtime.Unready)}");
        using var second = new GraphProcess("second", graph, topic, kafka.Bootstrap, sink: new MemorySink());

        await Eventually.Holds(() => second.Runtime.Unready.Count == 0, () => $"so does one with nothing to do, and is not as {string.Join(", ", second.Runtime.Unready)}");
    }

    [Fact]
    public void A_worker_is_ready_from_when_its_group_has_said_what_is_its_share_until_it_begins_anew()
    {
        var activity = new WorkerActivity("ingest.0", TimeProvider.System) { Connection = () => new ConnectionState(ConnectionStatus.Up, null, default, 0) };
        string[] waiting = ["ingest.0: its group has not yet said which partitions it gets"];
        activity.Begins();
        Assert.Equal(waiting, activity.Unready);

        activity.Joined();
        Assert.Empty(activity.Unready);

        activity.Begins();
        Assert.Equal(waiting, activity.Unready);
    }

    [KafkaFact]
    public async Task A_partition_without_records_has_a_position_too_and_what_time_changes_there_is_committed()
    {
        var topic = await kafka.CreateTopic("clockwork");
        var graph = RealKafka.UniqueName("clockwork");

        using var only = new GraphProcess("only", graph, topic, kafka.Bootstrap);

        await Eventually.Holds(() => Clockwork.Writers(kafka.Bootstrap, graph).Count > 3, () => $"time alone is committed\n{only.Log}");
        Assert.Equal((0, 0), (only.Runtime.Partitions[0].NextOffset, only.Runtime.Partitions[0].Ledger.Consumed));
    }

    [KafkaFact]
    public async Task A_partition_that_is_added_is_read_from_its_start_also_where_the_graph_began_with_the_latest()
    {
        var topic = await kafka.CreateTopic("latest");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(producer, topic, 0, 0, 5);
        using var process = new GraphProcess("only", RealKafka.UniqueName("latest"), topic, kafka.Bootstrap, start: "latest");
        await Eventually.Holds(() => process[0].NextOffset > 5, () => $"it begins at the end\n{process.Log}");
        using var admin = Admin();

        await admin.CreatePartitionsAsync([new Confluent.Kafka.Admin.PartitionsSpecification { Topic = topic, IncreaseTo = 2 }]);
        using var later = Sent.Producer(kafka.Bootstrap, topic + "2", _log);
        await Eventually.Holds(() => Sends(() => Sent.Numbers(later, topic, 1, 0, 50)), "the partition is there");

        await Eventually.Holds(() => process[1].Ledger.Consumed == 50, () => $"all of the new partition is read, and not {process[1]}\n{process.Log}");
        Assert.Equal(0, process[0].Ledger.Consumed);
    }

    [KafkaFact]
    public async Task Records_that_were_deleted_before_they_were_read_are_told()
    {
        var topic = await kafka.CreateTopic("deleted");
        var graph = RealKafka.UniqueName("deleted");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        using var admin = Admin();
        Sent.Numbers(producer, topic, 0, 0, 10);
        await Run(graph, topic, 10);

        Sent.Numbers(producer, topic, 0, 10, 10);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 15)]);
        using var second = new GraphProcess("only", graph, topic, kafka.Bootstrap);

        await Eventually.Holds(() => second[0].Ledger.Consumed >= 15, () => $"it goes on\n{second.Log}");
        Assert.Contains("was deleted before stage ingest had read it", second.Log.ToString(), StringComparison.Ordinal);
        Assert.InRange(second[0].Ledger.Consumed, 15, 16);
    }

    [KafkaTheory]
    [InlineData(3)]
    [InlineData(50)]
    public async Task A_topic_that_was_made_anew_is_refused_however_long_it_is(int records)
    {
        var topic = await kafka.CreateTopic("anew");
        var graph = RealKafka.UniqueName("anew");
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, 10);
        }

        await Run(graph, topic, 10);
        await MakeAnew(topic);
        using var later = Sent.Producer(kafka.Bootstrap, topic + "-later", _log);
        await Eventually.Holds(() => Sends(() => Sent.Numbers(later, topic, 0, 0, records)), "the topic takes records");
        using var second = new GraphProcess("only", graph, topic, kafka.Bootstrap);

        await Eventually.Holds(() => second.Failure is not null, () => $"it is refused\n{second.Log}", TimeSpan.FromSeconds(60));
        Assert.Contains($"its positions are those of a topic '{topic}' that was deleted, and the one there now was made anew", second.Failure!.Message, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task A_topic_that_is_made_anew_under_a_running_graph_ends_it()
    {
        var topic = await kafka.CreateTopic("pulled");
        using (var producer = Sent.Producer(kafka.Bootstrap, topic, _log))
        {
            Sent.Numbers(producer, topic, 0, 0, 10);
        }

        var graph = RealKafka.UniqueName("pulled");
        using var process = new GraphProcess("only", graph, topic, kafka.Bootstrap);
        await Eventually.Holds(() => process[0].Ledger.Consumed == 10 && Clockwork.Writers(kafka.Bootstrap, graph).Count > 3, () => $"it reads\n{process.Log}");

        await MakeAnew(topic);

        await Eventually.Holds(() => process.Failure is not null, () => $"it ends\n{process.Log}", TimeSpan.FromSeconds(60));
        Assert.Contains("the topic was made anew, or has lost records", process.Failure!.Message, StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task Records_that_are_deleted_while_a_stage_is_behind_are_told_too()
    {
        const int Records = 40;
        var topic = await kafka.CreateTopic("behind");
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        using var admin = Admin();
        using var open = new ManualResetEventSlim(true);
        Sent.Numbers(producer, topic, 0, 0, 1);
        var graph = RealKafka.UniqueName("behind");
        using var process = new GraphProcess("only", graph, topic, kafka.Bootstrap, () => open.Wait(), settings: new Dictionary<string, string>
        {
            ["max.poll.interval.ms"] = "60000",
            ["max.partition.fetch.bytes"] = "1000",
            ["queued.max.messages.kbytes"] = "100",
        });
        await Eventually.Holds(() => process[0].NextOffset >= 1 && Clockwork.Writers(kafka.Bootstrap, graph).Count > 3, () => $"it reads\n{process.Log}");
        open.Reset();
        var large = new OutputBuffer();
        for (var i = 0; i < Records; i++)
        {
            large.Clear();
            large.AppendUnkeyed(0, 0, RandomNumberGenerator.GetBytes(500_000));
            producer.Commit(large, [topic], [], null);
        }

        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 2 * Records)]);
        open.Set();

        await Eventually.Holds(() => process[0] is { NextOffset: > 2 * Records, Ledger.Consumed: >= 2 }, () => $"it goes on\n{process.Log}");
        Assert.Contains("was deleted before stage ingest had read it", process.Log.ToString(), StringComparison.Ordinal);
        Assert.InRange(process[0].Ledger.Consumed, 2, Records - 1);
    }

    [KafkaFact]
    public async Task Records_that_were_deleted_before_a_sink_had_them_are_told()
    {
        var topic = await kafka.CreateTopic("written");
        var graph = RealKafka.UniqueName("written");
        var source = $"{graph}.dead-letters";
        var sink = new MemorySink();
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        using var admin = Admin();
        using (var first = new GraphProcess("first", graph, topic, kafka.Bootstrap, sink: sink))
        {
            await Eventually.Holds(() => Sends(() => Sent.Numbers(producer, source, 0, 0, 3)), "the topic is there");
            await Eventually.Holds(() => sink.Flushed.Count == 3, () => $"they are written\n{first.Log}");
        }

        Sent.Numbers(producer, source, 0, 3, 4);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(source, 0, 9)]);
        Sent.Numbers(producer, source, 0, 7, 1);
        using (var second = new GraphProcess("second", graph, topic, kafka.Bootstrap, sink: sink))
        {
            await Eventually.Holds(() => sink.Flushed.Count > 3, () => $"it goes on\n{second.Log}");
            Assert.Contains($"What {source}[0] held from offset 3 to 8 was deleted before sink memory had written it", second.Log.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(["0", "1", "2", "7"], sink.Flushed);
    }

    /// <summary>Runs a graph until it has read and stored what there is.</summary>
    private async Task Run(string graph, string topic, int records)
    {
        using var process = new GraphProcess("only", graph, topic, kafka.Bootstrap);
        await Eventually.Holds(() => process[0].NextOffset >= records && Clockwork.Writers(kafka.Bootstrap, graph).Count > 0, () => $"it reads\n{process.Log}");
    }

    private async Task MakeAnew(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
        await Eventually.Holds(() => Sends(() => admin.CreateTopicsAsync([new Confluent.Kafka.Admin.TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]).Wait()), "the topic is made anew");
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Bootstrap }).Build();

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
}
