using StreamEngine.Connectors.Embedded;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

[Collection(KafkaCollection.Name)]
public sealed class TopicAdminTests(RealKafka kafka)
{
    private readonly LogLines _log = new();

    [KafkaFact]
    public void Topics_are_created_as_asked_and_found_so_the_next_time()
    {
        var state = RealKafka.UniqueName("state");
        var plain = RealKafka.UniqueName("plain");
        using var admin = new TopicAdmin(Sent.To(kafka.Bootstrap), _log);
        Assert.Null(admin.FindPartitionCount(state));
        TopicSpec[] wanted = [TopicSpec.Compacted(state, 3), new TopicSpec(plain, 2)];

        var first = admin.Ensure(wanted);
        var second = admin.Ensure(wanted);

        Assert.Equal([(state, 3, true), (plain, 2, true)], first.Select(r => (r.Name, r.Partitions, r.Created)));
        Assert.Equal([(state, 3, false), (plain, 2, false)], second.Select(r => (r.Name, r.Partitions, r.Created)));
        Assert.All(first.Concat(second), report => Assert.Empty(report.Mismatches));
        Assert.Contains(state, admin.TopicNames());
    }

    [KafkaFact]
    public async Task What_an_existing_topic_lacks_is_said_and_partitions_are_added_only_where_asked()
    {
        var topic = await kafka.CreateTopic("lacking", 2);
        using var admin = new TopicAdmin(Sent.To(kafka.Bootstrap), _log);

        var report = admin.Ensure([TopicSpec.Compacted(topic, 5)])[0];
        Assert.Equal(2, report.Partitions);
        Assert.Collection(
            report.Mismatches,
            partitions => Assert.Contains("2 partitions, 5 are needed", partitions, StringComparison.Ordinal),
            policy => Assert.Contains("cleanup.policy=delete, compact is needed", policy, StringComparison.Ordinal));

        var grown = admin.Ensure([new TopicSpec(topic, 5) { Grow = true }])[0];
        Assert.Equal(5, grown.Partitions);
        Assert.Empty(grown.Mismatches);
    }

    [KafkaFact]
    public void A_topic_that_the_broker_refuses_is_named_with_the_reason()
    {
        using var admin = new TopicAdmin(Sent.To(kafka.Bootstrap), _log);
        var error = Assert.Throws<TopicException>(() => admin.Ensure([new TopicSpec("no spaces allowed", 1)]));
        Assert.Contains("'no spaces allowed'", error.Message, StringComparison.Ordinal);
        var wrong = RealKafka.UniqueName("wrong");
        error = Assert.Throws<TopicException>(() => admin.Ensure([new TopicSpec(wrong, 1) { Settings = TopicSpec.Compacted(wrong, 1).Settings.SetItem("cleanup.policy", "shred") }]));
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_the_embedded_broker_topics_come_into_being_and_too_few_partitions_are_said()
    {
        using var embedded = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new EmbeddedTopic("posts", 2)] });
        using var admin = new TopicAdmin(Sent.To(embedded.Bootstrap), _log);
        var clock = System.Diagnostics.Stopwatch.StartNew();

        var reports = admin.Ensure([TopicSpec.Compacted("posts.state", 4), new TopicSpec("posts", 2), new TopicSpec("posts", 6)]);

        Assert.Equal([4, 2, 2], reports.Select(report => report.Partitions));
        Assert.Equal([true, false, false], reports.Select(report => report.Created));
        Assert.Empty(reports[0].Mismatches);
        Assert.Contains("--topic posts:6", Assert.Single(reports[2].Mismatches), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Null(admin.FindPartitionCount("posst"));
        Assert.Contains("did you mean 'posts'?", Assert.Throws<UnknownTopicException>(() => admin.PartitionCount("posst")).Message, StringComparison.Ordinal);
    }
}
