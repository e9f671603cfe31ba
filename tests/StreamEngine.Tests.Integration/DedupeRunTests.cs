using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace StreamEngine.Tests.Integration;

/// <summary>Posts that are written more than once, over engines that are killed, savepoints and files: each counts once, as it was first written.</summary>
[Collection(KafkaCollection.Name)]
public sealed class DedupeRunTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    private const int Partitions = 3;
    private const int PerRound = 12_000;
    private const int StepMs = 25;
    private static readonly string[] _brands = ["Alder", "Birch", "Cedar", "Dogwood"];

    private const string Operators = """
        operators:
          - decode: {}
          - dedupe: {}
          - match:
              brands: brands.yaml
          - window:
              size: 1m
              max_disorder: 5s
        """;

    private const string Graph = $$"""
        name: posts
        source:
          kafka:
            topic: posts
            settings:
              session.timeout.ms: 3000
        {{Operators}}
        sinks:
          - clickhouse: {}
        runtime:
          checkpoint_interval: 50ms
          workers: 1
        """;

    private const string FileGraph = $$"""
        name: files
        source:
          file:
            path: posts.jsonl
        {{Operators}}
        sinks:
          - file:
              path: windows.jsonl
        runtime:
          state: state
        """;

    private readonly Random _random = new(23);
    private readonly long _start = DateTimeOffset.UtcNow.AddHours(-3).ToUnixTimeSeconds() / 60 * 60_000;
    private readonly List<(int Number, string Channel)> _posts = [];
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _written;

    private HashSet<string> Expected => [.. _counts.Select(c => $"{c.Key} {c.Value}")];

    private (long, long, long, long, long) Ledger => (_written, _posts.Count, _written - _posts.Count, 0, 0);

    [KafkaFact]
    public async Task Copies_are_known_after_kills_and_from_a_savepoint()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("copies", Partitions);
        var graph = RealKafka.UniqueName("copies");
        var url = await clickHouse.Url();
        WriteGraph(folder, Graph);
        string[] of = ["--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.clickhouse.url={url}"];
        string[] run = ["run", folder["graph.yaml"], "--json", .. of];
        for (var round = 0; round < 3; round++)
        {
            var before = Topic.Length(kafka.Bootstrap, $"{graph}.partials", Partitions);
            using var engine = RunningProgram.Start(run);
            var writing = Task.Run(() => Publish(topic, PerRound));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.partials", Partitions) > before + Partitions, () => $"round {round} works\n{engine.Error}", TimeSpan.FromSeconds(90));
            await engine.Kill();
            await writing;
        }

        Check(await Product.Run([.. run, "--until-idle", "3s"]));
        Assert.Equal(Expected, await Counts(url, graph));

        var saved = await Product.Run(["savepoint", folder["graph.yaml"], .. of, "--output", folder["copies.save"]]);
        Assert.True(saved.ExitCode == 0, saved.Error);
        Publish(topic, PerRound / 4);
        var trial = $"{graph}-2";
        Check(await Product.Run([.. run, "--until-idle", "2s", "--set", $"name={trial}", "--from-savepoint", folder["copies.save"]]));
        Check(await Product.Run([.. run, "--until-idle", "2s"]));
        Assert.Equal(Expected, await Counts(url, graph));

        // Under the other name stands what has changed since the savepoint.
        Assert.Subset(Expected, await Counts(url, trial));
    }

    [Fact]
    public async Task Copies_in_a_file_that_is_added_to_are_known_from_the_state_in_its_folder()
    {
        using var folder = new TempFolder();
        WriteGraph(folder, FileGraph);
        for (var round = 0; round < 3; round++)
        {
            await File.AppendAllLinesAsync(folder["posts.jsonl"], Enumerable.Range(0, 3000).Select(_ => Encoding.UTF8.GetString(Next().Value)));
            Check(await Product.Run("run", folder["graph.yaml"], "--json"));
        }
    }

    private void Check(Outcome outcome) => Assert.Equal((Ledger, _written - _posts.Count), (outcome.Ledger, Duplicates(outcome)));

    private static async Task<HashSet<string>> Counts(Uri url, string graph) => [.. (await SharedClickHouse.Counts(url, graph)).Split('\n')];

    private static long Duplicates(Outcome outcome)
    {
        using var json = JsonDocument.Parse(outcome.Output);
        return json.RootElement.GetProperty("counts").EnumerateArray()
            .Single(c => c.GetProperty("operator").GetString() == "dedupe" && c.GetProperty("what").GetString() == "duplicate")
            .GetProperty("count").GetInt64();
    }

    private static void WriteGraph(TempFolder folder, string graph)
    {
        File.WriteAllText(folder["graph.yaml"], graph);
        File.WriteAllText(folder["brands.yaml"], "brands:\n" + string.Concat(_brands.Select(brand => $"  - name: {brand}\n    keywords: [{brand}]\n")));
    }

    private void Publish(string topic, int count)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Bootstrap, LingerMs = 5, EnableIdempotence = true }).Build();
        for (var i = 0; i < count; i++)
        {
            var (number, value) = Next();
            producer.Produce(new TopicPartition(topic, number % Partitions), new Message<Null, byte[]> { Value = value }, report => Assert.False(report.Error.IsError, report.Error.Reason));
        }

        producer.Flush();
    }

    /// <summary>A new post about a brand, or, each third time, one that was written before, just now or long ago, and says something else now.</summary>
    private (int Number, byte[] Value) Next()
    {
        _written++;
        var brand = _brands[_random.Next(_brands.Length)];
        if (_posts.Count > 0 && _random.Next(3) == 0)
        {
            var (known, channel) = _posts[^_random.Next(1, Math.Min(_posts.Count, _random.Next(2) == 0 ? 30 : int.MaxValue) + 1)];
            return (known, Post(known, channel, $"{brand}, written again"));
        }

        var post = (Number: _posts.Count, Channel: $"c{_random.Next(3)}");
        _posts.Add(post);
        var key = $"{brand} {Time(post.Number) / 60_000}";
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        return (post.Number, Post(post.Number, post.Channel, $"{brand} today"));
    }

    private byte[] Post(int number, string channel, string text) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = $"{number}",
        time = DateTimeOffset.FromUnixTimeMilliseconds(Time(number)).ToString("O"),
        channel,
        language = "en",
        text,
    });

    private long Time(int number) => _start + ((long)number * StepMs);
}
