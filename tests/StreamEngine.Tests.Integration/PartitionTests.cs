namespace StreamEngine.Tests.Integration;

/// <summary>A source that is given more partitions while the graph runs.</summary>
[Collection(KafkaCollection.Name)]
public sealed class PartitionTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    [KafkaFact]
    public async Task Partitions_added_while_two_processes_run_are_read_from_their_start_and_every_post_is_counted_once()
    {
        const int before = 2, after = 5;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("grown", before);
        var graph = RealKafka.UniqueName("grown");
        var url = await clickHouse.Url();
        var posts = new PostStream(seed: 51, before);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        using var first = RunningProgram.Start(run);
        using var second = RunningProgram.Start(run);
        await first.Says($"Stage ingest works on {topic}");
        await second.Says($"Stage ingest works on {topic}");
        posts.Publish(kafka.Bootstrap, topic, 10_000);
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", before) > before, "posts are worked on", TimeSpan.FromSeconds(60));

        await Topic.Grow(kafka.Bootstrap, topic, after);
        posts.Partitions = after;
        posts.Publish(kafka.Bootstrap, topic, 10_000);

        await SharedClickHouse.Reaches(posts.Expected, url, graph, () => first.Error + second.Error);
        Assert.Equal(after, Topic.Partitions(kafka.Bootstrap, $"{graph}.state"));
        Assert.Equal(before, Topic.Partitions(kafka.Bootstrap, $"{graph}.partials"));
        Assert.Equal(0, (await first.Terminate(TimeSpan.FromSeconds(20))).ExitCode);
        Assert.Equal(0, (await second.Terminate(TimeSpan.FromSeconds(20))).ExitCode);
        Assert.DoesNotContain("starts anew", first.Error + second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("are not counted", first.Error + second.Error, StringComparison.Ordinal);

        var last = await Product.Run([.. run, "--until-idle", "2s"]);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), last.Ledger);
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }
}
