using System.Globalization;

namespace StreamEngine.Tests.Integration;

/// <summary>Savepoints of a graph that is at work: each is a consistent cut through both stages, wherever it falls.</summary>
[Collection(KafkaCollection.Name)]
public sealed class SavepointRaceTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    private const int Partitions = 3;
    private const int Savepoints = 3;
    private const int PerBatch = 300;
    private const int Most = 200_000;

    [KafkaFact]
    public async Task Savepoints_taken_while_posts_are_written_and_counted_each_lead_to_the_plain_count()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("raced", Partitions);
        var graph = RealKafka.UniqueName("raced");
        var posts = new PostStream(seed: 84, Partitions);
        var url = await clickHouse.Url();
        // One window holds everything, so that its count is right only if no post of before or after the savepoint is missing or double.
        string[] oneWindow = ["--set", "operators.window.size=3650d"];
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, url, oneWindow).ToList();
        using var stop = new CancellationTokenSource();
        using (var engine = RunningProgram.Start(run))
        {
            var writing = Task.Run(() => WriteUntil(posts, topic, stop.Token));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.windows", Partitions) > Partitions, () => $"posts are counted\n{engine.Error}", TimeSpan.FromSeconds(90));
            for (var i = 0; i < Savepoints; i++)
            {
                var before = Topic.Length(kafka.Bootstrap, $"{graph}.partials", Partitions);
                var saved = await Product.Run([.. PostStream.Savepoint(folder, graph, kafka.Bootstrap, topic), .. oneWindow, "--output", folder[$"{i}.save"]]);
                Assert.True(saved.ExitCode == 0, saved.Error);
                await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", Partitions) > before, () => $"posts are counted meanwhile\n{engine.Error}", TimeSpan.FromSeconds(90));
            }

            await stop.CancelAsync();
            await writing;
            posts.Publish(kafka.Bootstrap, topic, PerBatch);
            Assert.Equal(0, (await engine.Terminate()).ExitCode);
        }

        var ledger = (posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0);
        for (var i = 0; i < Savepoints; i++)
        {
            var trial = $"{graph}-{i}";
            var outcome = await Product.Run(PostStream.Run(folder, trial, kafka.Bootstrap, topic, url, [.. oneWindow, "--until-idle", "2s", "--from-savepoint", folder[$"{i}.save"]]));
            Assert.Equal(ledger, outcome.Ledger);
            Assert.Equal(Sums(posts.Expected), Sums(await SharedClickHouse.Counts(url, trial)));
        }

        Assert.Equal(ledger, (await Product.Run([.. run, "--until-idle", "2s"])).Ledger);
        Assert.Equal(Sums(posts.Expected), Sums(await SharedClickHouse.Counts(url, graph)));
    }

    private void WriteUntil(PostStream posts, string topic, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && posts.Count < Most)
        {
            posts.Publish(kafka.Bootstrap, topic, PerBatch);
        }
    }

    /// <summary>Posts per brand.</summary>
    private static SortedDictionary<string, long> Sums(string counts)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in counts.Split('\n').Select(line => line.Split(' ')))
        {
            sums[line[0]] = sums.GetValueOrDefault(line[0]) + long.Parse(line[2], CultureInfo.InvariantCulture);
        }

        return sums;
    }
}
