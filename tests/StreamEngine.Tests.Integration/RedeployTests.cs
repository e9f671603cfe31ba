namespace StreamEngine.Tests.Integration;

/// <summary>Graphs that are changed and run again, and savepoints.</summary>
[Collection(KafkaCollection.Name)]
public sealed class RedeployTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    [KafkaFact]
    public async Task A_changed_graph_that_cannot_take_over_the_state_is_refused_with_2_before_anything_stops_or_is_written()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("changed");
        var graph = RealKafka.UniqueName("changed");
        var posts = new PostStream(seed: 81, partitions: 1);
        posts.Publish(kafka.Bootstrap, topic, 2000);
        var url = await clickHouse.Url();
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        using var older = RunningProgram.Start(run);
        await SharedClickHouse.Reaches(posts.Expected, url, graph, () => older.Error);

        async Task Refused(string expected, params string[] changes)
        {
            var outcome = await Product.Run([.. run, .. changes]);
            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        }

        await Refused("operator 'window': its state was made with size 1m, slide 1m, by [brand, channel, language], and the graph now has size 2m, slide 2m, by [brand, channel, language]", "--set", "operators.window.size=2m");
        await Refused("by [brand]", "--set", "operators.window.by=[brand]");
        await File.WriteAllTextAsync(folder["renamed.yaml"], (await File.ReadAllTextAsync(folder["graph.yaml"])).Replace("  - window:", "  - id: counts\n    window:", StringComparison.Ordinal).Replace("from: [window", "from: [counts", StringComparison.Ordinal));
        run[1] = folder["renamed.yaml"];
        await Refused("operator 'window' keeps state, and the graph no longer has it");
        // None of them joined a group or took a transactional id.
        Assert.DoesNotContain("hands over", older.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fenced", older.Error, StringComparison.Ordinal);

        posts.Publish(kafka.Bootstrap, topic, 2000);
        await SharedClickHouse.Reaches(posts.Expected, url, graph, () => older.Error);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), (await older.Terminate()).Ledger);

        // With leave to drop what the operator had counted, the same graph runs: the ledger goes on, the windows begin afresh.
        var renamed = await Product.Run([.. run, "--until-idle", "2s", "--set", "runtime.discard_state=[window]"]);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), renamed.Ledger);
    }

    [KafkaFact]
    public async Task A_savepoint_taken_while_the_graph_runs_starts_another_that_ends_with_the_same_counts()
    {
        const int partitions = 3;
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("saved", partitions);
        var (graph, trial) = (RealKafka.UniqueName("saved"), RealKafka.UniqueName("trial"));
        var posts = new PostStream(seed: 82, partitions);
        var url = await clickHouse.Url();
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url).ToList();
        using (var engine = RunningProgram.Start(run))
        {
            var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, 20_000));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", partitions) > partitions, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));
            var saved = await Product.Run([.. PostStream.Savepoint(folder, graph, kafka.Bootstrap, topic), "--output", folder["middle.save"]]);
            Assert.True(saved.ExitCode == 0, saved.Error);
            await writing;
            posts.Publish(kafka.Bootstrap, topic, 5000);
            await SharedClickHouse.Reaches(posts.Expected, url, graph, () => engine.Error);
            Assert.Equal(0, (await engine.Terminate()).ExitCode);
        }

        var copy = PostStream.Run(folder, trial, kafka.Bootstrap, topic, url, "--until-idle", "2s", "--from-savepoint", folder["middle.save"]).ToList();
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), (await Product.Run(copy)).Ledger);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), (await Product.Run(copy)).Ledger);

        // Windows that were done before the savepoint come again only where posts after it changed them: those of its last minute for certain.
        var copied = (await SharedClickHouse.Counts(url, trial)).Split('\n').ToHashSet();
        var expected = posts.Expected.Split('\n');
        Assert.Subset(expected.ToHashSet(), copied);
        var last = expected.Max(line => line.Split(' ')[1]);
        Assert.All(expected.Where(line => line.Split(' ')[1] == last), line => Assert.Contains(line, copied));

        var refused = await Product.Run([.. run, "--from-savepoint", folder["middle.save"]]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("has state already, which the savepoint would replace", refused.Error, StringComparison.Ordinal);
        var replaced = await Product.Run([.. run, "--until-idle", "2s", "--replace-state", "--from-savepoint", folder["middle.save"]]);
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), replaced.Ledger);
        Assert.Equal(posts.Expected, await SharedClickHouse.Counts(url, graph));
    }

    [KafkaFact]
    public async Task A_savepoint_that_is_cut_off_or_damaged_is_refused_before_anything_is_written()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("cut");
        var graph = RealKafka.UniqueName("cut");
        var posts = new PostStream(seed: 83, partitions: 1);
        posts.Publish(kafka.Bootstrap, topic, 500);
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, await clickHouse.Url(), "--until-idle", "1s").ToList();
        Assert.Equal(0, (await Product.Run(run)).ExitCode);
        Assert.Equal(0, (await Product.Run([.. PostStream.Savepoint(folder, graph, kafka.Bootstrap, topic), "--output", folder["whole"]])).ExitCode);
        var bytes = await File.ReadAllBytesAsync(folder["whole"]);
        await File.WriteAllBytesAsync(folder["cut"], bytes[..^100]);
        await File.WriteAllBytesAsync(folder["damaged"], [.. bytes.Select((b, i) => i == bytes.Length / 2 ? (byte)(b ^ 1) : b)]);

        foreach (var name in (string[])["cut", "damaged"])
        {
            var outcome = await Product.Run([.. run, "--set", $"name={graph}-2", "--from-savepoint", folder[name]]);
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("is damaged or cut off: its checksum is wrong", outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, Topic.Length(kafka.Bootstrap, $"{graph}-2.state", 1));
    }
}
