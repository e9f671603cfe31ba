namespace StreamEngine.Tests.Integration;

/// <summary>Processes that are stopped, killed and joined by others: in the end every post is counted once.</summary>
[Collection(KafkaCollection.Name)]
public sealed class KillTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    [KafkaFact]
    public async Task An_engine_killed_three_times_in_the_middle_counts_every_post_once()
    {
        const int partitions = 3, perRound = 15_000;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("killed", partitions);
        var graph = RealKafka.UniqueName("killed");
        var url = await clickHouse.Url();
        var posts = new PostStream(seed: 11, partitions);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        for (var round = 0; round < 3; round++)
        {
            var before = Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions);
            using var engine = RunningProgram.Start(run);
            var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, perRound));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions) > before + partitions, () => $"round {round} works\n{engine.Error}", TimeSpan.FromSeconds(90));
            await engine.Kill();
            await writing;
        }

        var last = await Product.Run([.. run, "--until-idle", "3s"]);

        var (consumed, counted, unmatched, late, dead) = last.Ledger;
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), (consumed, counted, unmatched, late, dead));
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }

    [KafkaFact]
    public async Task Of_two_processes_that_share_the_partitions_one_takes_over_when_the_other_is_killed()
    {
        const int partitions = 4;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("shared", partitions);
        var graph = RealKafka.UniqueName("shared");
        var url = await clickHouse.Url();
        var posts = new PostStream(seed: 12, partitions);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        using var first = RunningProgram.Start(run);
        using var second = RunningProgram.Start(run);
        await first.Says($"Stage ingest works on {topic}");
        await second.Says($"Stage ingest works on {topic}");

        var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, 30_000));
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions) > partitions, "posts are worked on", TimeSpan.FromSeconds(60));
        await first.Kill();
        await writing;

        await SharedClickHouse.Reaches(posts.Expected, url, graph, () => second.Error);
        Assert.Equal(0, (await second.Terminate(TimeSpan.FromSeconds(20))).ExitCode);

        // The first may have been done with all of its partitions; the second then never had them.
        var last = await Product.Run([.. run, "--until-idle", "2s"]);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), last.Ledger);
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }

    [KafkaFact]
    public async Task SIGTERM_in_the_middle_ends_with_0_within_10_seconds_and_the_next_run_goes_on_without_doubling()
    {
        const int partitions = 2;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("stopped", partitions);
        var graph = RealKafka.UniqueName("stopped");
        var url = await clickHouse.Url();
        var posts = new PostStream(seed: 13, partitions);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        Outcome stopped;
        using (var engine = RunningProgram.Start(run))
        {
            var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, 20_000));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions) > partitions, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));
            stopped = await engine.Terminate(TimeSpan.FromSeconds(10));
            await writing;
        }

        Assert.Equal(0, stopped.ExitCode);
        var atStop = stopped.Ledger;
        Assert.Equal(atStop.Consumed, atStop.Counted + atStop.Unmatched);

        var last = await Product.Run([.. run, "--until-idle", "2s"]);

        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), last.Ledger);
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }
}
