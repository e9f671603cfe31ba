using System.Text.Json;

namespace StreamEngine.Tests.Integration;

/// <summary>SIGTERM: a last checkpoint, and the end within 10 s, whatever is down.</summary>
[Collection(KafkaCollection.Name)]
public sealed class StopTests(RealKafka kafka)
{
    private const string CopyGraph = """
        name: copied
        source:
          kafka: { topic: posts }
        operators:
          - decode: {}
          - match: { brands: brands.yaml }
        sinks:
          - kafka: { topic: copies }
            from: match
        runtime:
          checkpoint_interval: 50ms
        """;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly Uri _nobody = new("http://127.0.0.1:1");

    [KafkaFact]
    public async Task After_a_stop_in_the_middle_the_next_run_writes_no_record_a_second_time()
    {
        const int partitions = 2;
        using var folder = new TempFolder();
        _ = PostStream.WriteGraph(folder);
        await File.WriteAllTextAsync(folder["copy.yaml"], CopyGraph);
        var (topic, graph) = (await kafka.CreateTopic("copied", partitions), RealKafka.UniqueName("copied"));
        var copies = graph + ".copies";
        List<string> run = ["run", folder["copy.yaml"], "--json", "--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.kafka.topic={copies}"];
        var posts = new PostStream(seed: 71, partitions);
        for (var stop = 0; stop < 3; stop++)
        {
            var before = Topic.Length(kafka.Bootstrap, copies, partitions);
            using var engine = RunningProgram.Start(run);
            var writing = Task.Run(() => posts.Publish(kafka.Bootstrap, topic, 10_000));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, copies, partitions) > before + 500, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));
            Assert.Equal(0, (await engine.Terminate(_patience)).ExitCode);
            await writing;
        }

        var last = await Product.Run([.. run, "--until-idle", "2s"]);

        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), last.Ledger);
        var written = Topic.ReadAll(kafka.Bootstrap, copies).Select(copy => JsonDocument.Parse(copy.Value).RootElement).Select(row => $"{row.GetProperty("id")} {row.GetProperty("brand")}").ToList();
        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Equal(posts.Count - posts.Unmatched, written.Select(row => row.Split(' ')[0]).Distinct().Count());
    }

    [KafkaFact]
    public async Task With_ClickHouse_down_the_engine_stops_with_0_says_what_is_left_and_the_counts_are_committed()
    {
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("down"), RealKafka.UniqueName("down"));
        var posts = new PostStream(seed: 72, partitions: 1);
        posts.Publish(kafka.Bootstrap, topic, 2000);
        using var engine = RunningProgram.Start(PostStream.Run(folder, graph, kafka.Bootstrap, topic, _nobody));
        await engine.Says("nobody answers there");
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.windows", 1) > 0, () => $"windows are written to Kafka\n{engine.Error}", TimeSpan.FromSeconds(60));

        var outcome = await engine.Terminate(_patience);

        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), outcome.Ledger);
        Assert.Contains("Stopping while sink clickhouse is away: nothing was written there; what is for it is still in Kafka", outcome.Error, StringComparison.Ordinal);
    }

    [KafkaFact(NeedsOwnBroker = true)]
    public async Task With_the_broker_killed_the_engine_stops_with_0_and_nothing_is_lost()
    {
        using var folder = new TempFolder();
        await using var own = await RealKafka.Start();
        var topic = await own.CreateTopic("posts", 2);
        var graph = RealKafka.UniqueName("gone");
        var posts = new PostStream(seed: 73, partitions: 2);
        var run = PostStream.Run(folder, graph, own.Bootstrap, topic, _nobody).ToList();
        using (var engine = RunningProgram.Start(run))
        {
            posts.Publish(own.Bootstrap, topic, 20_000);
            await Eventually.Holds(() => Topic.Length(own.Bootstrap, $"{graph}.partials", 2) > 0, () => $"posts are worked on\n{engine.Error}", TimeSpan.FromSeconds(60));
            await own.Kill();
            await engine.Says("cannot be reached");

            var stopped = await engine.Terminate(_patience);

            Assert.Equal(0, stopped.ExitCode);
        }

        // With more to do in each partition: the first may have been done with all there was, and the second must have taken over before it stops.
        await own.Restart();
        posts.Publish(own.Bootstrap, topic, 2_000);
        using var next = RunningProgram.Start(run);
        await Eventually.Holds(() => Topic.Committed(own.Bootstrap, $"{graph}.ingest", topic, 2) == posts.Count, () => $"every post is worked on\n{next.Error}", TimeSpan.FromSeconds(60));
        Assert.Equal((posts.Count, posts.Count - posts.Unmatched, posts.Unmatched, 0, 0), (await next.Terminate(_patience)).Ledger);
    }
}
