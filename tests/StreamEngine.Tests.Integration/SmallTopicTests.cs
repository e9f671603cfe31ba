using System.Text;
using System.Text.Json;

namespace StreamEngine.Tests.Integration;

/// <summary>Topics that take less than usual at once.</summary>
[Collection(KafkaCollection.Name)]
public sealed class SmallTopicTests(RealKafka kafka)
{
    private const int Posts = 3000;

    private const string Graph = """
        name: small
        source:
          kafka: { topic: posts }
        operators:
          - decode: {}
          - match: { brands: brands.yaml }
        sinks:
          - kafka: { topic: rows }
            from: match
        """;

    [KafkaFact]
    public async Task A_post_whose_row_its_topic_does_not_take_is_a_dead_letter_and_all_others_go_on()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("posts");
        var graph = RealKafka.UniqueName("small");
        await Topic.Create(kafka.Bootstrap, $"{graph}.rows", 1, new() { ["max.message.bytes"] = "20000" });
        await Topic.Create(kafka.Bootstrap, $"{graph}.dead-letters", 1, new() { ["max.message.bytes"] = "10000" });
        var random = new Random(12);
        var now = DateTimeOffset.UtcNow;
        byte[] Post(int id, int bytes) => PostStream.Post($"{id}", now, "Alder " + Noise(random, bytes));
        var large = Post(Posts, 30_000);
        Topic.Write(kafka.Bootstrap, topic, [.. Enumerable.Range(0, Posts / 2).Select(i => Post(i, 200)), large, .. Enumerable.Range(Posts / 2, Posts / 2).Select(i => Post(i, 200))]);

        var outcome = await Product.Run(Run(folder, graph, topic, "--until-idle", "1s"));

        Assert.Equal((Posts + 1, Posts, 0, 0, 1), outcome.Ledger);
        Assert.Equal(Enumerable.Range(0, Posts), Topic.ReadAll(kafka.Bootstrap, $"{graph}.rows").Select(r => int.Parse(JsonDocument.Parse(r.Value!).RootElement.GetProperty("id").GetString()!)));
        var (value, headers) = Assert.Single(Topic.ReadAll(kafka.Bootstrap, $"{graph}.dead-letters"));
        Assert.Equal((large.Length.ToString(), $"{Posts / 2}"), (headers["original_bytes"], headers["offset"]));
        Assert.InRange(value!.Length, 8_000, 10_000);
        Assert.True(large.AsSpan().StartsWith(value));
        Assert.Contains($"bytes long in {graph}.rows; the most is 19", headers["error"], StringComparison.Ordinal);
    }

    [KafkaFact]
    public async Task A_limit_that_is_lowered_while_the_graph_runs_ends_it_with_1_and_says_which_and_what_to_do()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("posts");
        var graph = RealKafka.UniqueName("small");
        var random = new Random(13);
        Topic.Write(kafka.Bootstrap, topic, [PostStream.Post("1", DateTimeOffset.UtcNow, "Alder")]);
        using var engine = RunningProgram.Start(Run(folder, graph, topic));
        await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.rows", 1) > 0, () => $"the first post is worked on\n{engine.Error}", TimeSpan.FromSeconds(60));

        await Topic.Set(kafka.Bootstrap, $"{graph}.rows", "max.message.bytes", "20000");
        Topic.Write(kafka.Bootstrap, topic, [PostStream.Post("2", DateTimeOffset.UtcNow, "Alder " + Noise(random, 30_000)), PostStream.Post("3", DateTimeOffset.UtcNow, "Alder")]);
        var outcome = await engine.End(TimeSpan.FromSeconds(60));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"topic '{graph}.rows' takes at most 20,000 bytes at once (max.message.bytes), and the largest record for it has 30,", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);

        // Started again it knows the limit.
        var again = await Product.Run(Run(folder, graph, topic, "--until-idle", "1s"));
        Assert.Equal((3, 2, 0, 0, 1), again.Ledger);
        Assert.Equal(["1", "3"], Topic.ReadAll(kafka.Bootstrap, $"{graph}.rows").Select(r => JsonDocument.Parse(r.Value!).RootElement.GetProperty("id").GetString()!));
    }

    [KafkaFact]
    public async Task A_topic_of_the_graph_s_own_that_takes_too_little_is_named_before_anything_is_read()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("posts");
        var graph = RealKafka.UniqueName("small");
        await Topic.Create(kafka.Bootstrap, $"{graph}.state", 1, new() { ["max.message.bytes"] = "50000", ["cleanup.policy"] = "compact" });

        var outcome = await Product.Run(Run(folder, graph, topic, "--until-idle", "1s"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"topic '{graph}.state' has max.message.bytes=50000, 1048588 are needed: raise it", outcome.Error, StringComparison.Ordinal);
    }

    /// <summary>A word that compression does not make much shorter.</summary>
    private static string Noise(Random random, int bytes) =>
        string.Concat(Enumerable.Range(0, bytes).Select(_ => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[random.Next(62)]));

    private string[] Run(TempFolder folder, string graph, string topic, params string[] more)
    {
        File.WriteAllText(folder["brands.yaml"], "brands:\n  - { name: Alder, keywords: [alder] }\n", Encoding.UTF8);
        File.WriteAllText(folder["graph.yaml"], Graph);
        return ["run", folder["graph.yaml"], "--json", "--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.kafka.topic={graph}.rows", .. more];
    }
}
