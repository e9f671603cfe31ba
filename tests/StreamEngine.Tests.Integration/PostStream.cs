using System.Text.Json;
using Confluent.Kafka;

namespace StreamEngine.Tests.Integration;

/// <summary>
/// Posts made up by the test: about one, two or none of four brands, a little out of order. Counts what it makes, per brand and minute,
/// by a plain loop.
/// </summary>
internal sealed class PostStream(int seed, int partitions)
{
    /// <summary>A graph over these posts into ClickHouse. Its brands are in the file beside it.</summary>
    private const string Graph = """
        name: posts
        source:
          kafka:
            topic: posts
            settings:
              session.timeout.ms: 3000
        operators:
          - decode: {}
          - match:
              brands: brands.yaml
          - window:
              size: 1m
              max_disorder: 5s
        sinks:
          - clickhouse: {}
            from: [window, dead-letters, late]
        runtime:
          checkpoint_interval: 50ms
          workers: 1
        """;

    private const int StepMs = 25;
    private const int DisorderMs = 2000;
    private static readonly string[] _brands = ["Alder", "Birch", "Cedar", "Dogwood"];

    private readonly Random _random = new(seed);
    private readonly long _start = DateTimeOffset.UtcNow.AddHours(-3).ToUnixTimeSeconds() / 60 * 60_000;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Partitions that posts go to, in turn.</summary>
    public int Partitions { get; set; } = partitions;

    /// <summary>How many posts were made.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are about no brand.</summary>
    public int Unmatched { get; private set; }

    /// <summary>A line for each brand and minute since 1970 with the number of posts.</summary>
    public string Expected => string.Join('\n', _counts.Select(c => $"{c.Key} {c.Value}"));

    /// <summary>Writes the graph and its brands, and returns the graph's path.</summary>
    public static string WriteGraph(TempFolder folder)
    {
        File.WriteAllText(folder["brands.yaml"], "brands:\n" + string.Concat(_brands.Select(brand => $"  - name: {brand}\n    keywords: [{brand}]\n")));
        File.WriteAllText(folder["graph.yaml"], Graph);
        return folder["graph.yaml"];
    }

    /// <summary>Arguments that run the graph under a name of its own.</summary>
    public static IEnumerable<string> Run(TempFolder folder, string name, string bootstrap, string topic, Uri clickHouse, params string[] more) =>
    [
        "run", WriteGraph(folder), "--json",
        "--set", $"name={name}", "--set", $"source.kafka.brokers={bootstrap}", "--set", $"source.kafka.topic={topic}", "--set", $"sinks.clickhouse.url={clickHouse}",
        .. more,
    ];

    /// <summary>Arguments that write the graph's savepoint.</summary>
    public static IEnumerable<string> Savepoint(TempFolder folder, string name, string bootstrap, string topic) =>
        ["savepoint", WriteGraph(folder), "--set", $"name={name}", "--set", $"source.kafka.brokers={bootstrap}", "--set", $"source.kafka.topic={topic}"];

    /// <summary>One post about a brand.</summary>
    public static byte[] Post(string id, DateTimeOffset time, string text) =>
        JsonSerializer.SerializeToUtf8Bytes(new { id, time = time.ToString("O"), channel = "test", language = "en", author = "someone", text });

    /// <summary>The next post.</summary>
    public byte[] Next()
    {
        var time = _start + ((long)Count * StepMs) + _random.Next(DisorderMs);
        var about = Enumerable.Range(0, _random.Next(10) switch { 0 => 0, 1 => 2, _ => 1 }).Select(_ => _brands[_random.Next(_brands.Length)]).Distinct().ToList();
        foreach (var brand in about)
        {
            var key = $"{brand} {time / 60_000}";
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }

        Unmatched += about.Count == 0 ? 1 : 0;
        var text = $"number {Count}: {(about.Count == 0 ? "nothing to say" : string.Join(" and ", about))} today";
        return Post($"{Count++}", DateTimeOffset.FromUnixTimeMilliseconds(time), text);
    }

    /// <summary>Makes posts and writes them to a topic, to its partitions in turn.</summary>
    public void Publish(string bootstrap, string topic, int count)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 5, EnableIdempotence = true }).Build();
        for (var i = 0; i < count; i++)
        {
            producer.Produce(
                new TopicPartition(topic, Count % Partitions),
                new Message<Null, byte[]> { Value = Next() },
                report => Assert.False(report.Error.IsError, report.Error.Reason));
        }

        producer.Flush();
    }
}
