namespace StreamEngine.Tests.Integration;

/// <summary>Processes of one graph that come, go and fall silent.</summary>
[Collection(KafkaCollection.Name)]
public sealed class RebalanceTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    [KafkaFact]
    public async Task Of_three_processes_one_is_killed_one_added_and_one_frozen_which_is_fenced_when_it_wakes_and_every_post_is_counted_once()
    {
        const int partitions = 6;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("rebalanced", partitions);
        var graph = RealKafka.UniqueName("rebalanced");
        var url = await clickHouse.Url();
        var posts = new PostStream(seed: 61, partitions);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url, "--set", "source.kafka.transaction_timeout=3s").ToList();
        using var frozen = RunningProgram.Start(run);
        using var killed = RunningProgram.Start(run);
        using var third = RunningProgram.Start(run);
        foreach (var process in (RunningProgram[])[frozen, killed, third])
        {
            await process.Says($"Stage ingest works on {topic}");
        }

        var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, 20_000));
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions) > partitions, "posts are worked on", TimeSpan.FromSeconds(60));
        await killed.Kill();
        using var added = RunningProgram.Start(run);
        await added.Says($"Stage ingest works on {topic}");
        await writing;

        frozen.Freeze();
        posts.Publish(kafka.Bootstrap, topic, 10_000);
        string Said() => $"the third:\n{third.Error}\nthe one added:\n{added.Error}\nthe frozen one:\n{frozen.Error}";
        await SharedClickHouse.Reaches(posts.Expected, url, graph, Said);
        frozen.Thaw();
        await frozen.Says("Worker ingest.0 was fenced, drops what it had not committed and joins anew: ");
        posts.Publish(kafka.Bootstrap, topic, 10_000);
        await SharedClickHouse.Reaches(posts.Expected, url, graph, Said);

        foreach (var process in (RunningProgram[])[frozen, third, added])
        {
            Assert.Equal(0, (await process.Terminate(TimeSpan.FromSeconds(20))).ExitCode);
        }

        var last = await Product.Run([.. run, "--until-idle", "2s"]);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), last.Ledger);
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }
}
