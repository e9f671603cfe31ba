using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;

namespace StreamEngine.Tests.Integration;

/// <summary>Sessions and roll-ups over a real Kafka, with engines that are killed while they count.</summary>
[Collection(KafkaCollection.Name)]
public sealed class SessionKillTests(RealKafka kafka, SharedClickHouse clickHouse)
{
    private const int Partitions = 3;
    private const int PerRound = 8000;
    private const int Rounds = 3;
    private const int GapSeconds = 3;
    private const int StepMs = 500;
    private const int DisorderMs = 4000;
    private static readonly string[] _brands = ["Alder", "Birch", "Cedar", "Dogwood"];

    private const string Graph = """
        name: sessions
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
            id: per_minute
          - rollup:
              to: 1h
              early: 0s
            id: per_hour
          - window:
              session: 3s
              by: brand
              max_disorder: 5s
              early: 0s
            id: sessions
            from: match
        sinks:
          - clickhouse: {}
            from: [per_minute, per_hour, sessions]
        runtime:
          checkpoint_interval: 50ms
          workers: 1
        """;

    private readonly Random _random = new(17);
    private readonly long _start = DateTimeOffset.UtcNow.AddHours(-6).ToUnixTimeSeconds() * 1000;
    private readonly List<(string Brand, long Time, long Reach)> _posts = [];

    [KafkaFact]
    public async Task Sessions_and_roll_ups_of_engines_killed_in_the_middle_are_what_a_plain_loop_gives()
    {
        using var folder = new TempFolder();
        var topic = await kafka.CreateTopic("sessions", Partitions);
        var graph = RealKafka.UniqueName("sessions");
        var url = await clickHouse.Url();
        await File.WriteAllTextAsync(folder["graph.yaml"], Graph);
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n" + string.Concat(_brands.Select(brand => $"  - name: {brand}\n    keywords: [{brand}]\n")));
        string[] run =
        [
            "run", folder["graph.yaml"], "--json", "--set", $"name={graph}", "--set", $"source.kafka.brokers={kafka.Bootstrap}",
            "--set", $"source.kafka.topic={topic}", "--set", $"sinks.clickhouse.url={url}",
        ];
        for (var round = 0; round < Rounds; round++)
        {
            var before = Topic.Length(kafka.Bootstrap, $"{graph}.windows", Partitions);
            using var engine = RunningProgram.Start(run);
            var writing = Task.Run(() => Publish(topic));
            await Eventually.Holds(() => Topic.Length(kafka.Bootstrap, $"{graph}.windows", Partitions) > before + 100, () => $"windows come in round {round}\n{engine.Error}", TimeSpan.FromSeconds(90));
            await engine.Kill();
            await writing;
        }

        var last = await Product.Run([.. run, "--until-idle", "3s"]);

        Assert.Equal((_posts.Count, _posts.Count, 0, 0, 0), last.Ledger);
        Task<string[]> Rows(string id) => SharedClickHouse.Query(url, $"""
            SELECT brand, toUnixTimestamp(window_start), toUnixTimestamp(window_end), sum(posts), sum(reach), toUnixTimestamp64Milli(min(first_event)), toUnixTimestamp64Milli(max(last_event))
            FROM brand_sentiment WHERE graph = '{graph}' AND operator = '{id}' GROUP BY brand, window_start, window_end ORDER BY brand, window_start
            """);
        Assert.Equal(Windows(60), await Rows("per_minute"));
        Assert.Equal(Windows(3600), await Rows("per_hour"));
        var sessions = Sessions().ToList();
        Assert.InRange(sessions.Count, 1000, _posts.Count / 2);
        Assert.Equal(sessions, await Rows("sessions"));
    }

    /// <summary>Writes posts, each about one brand and up to four seconds out of order, to the partitions in turn.</summary>
    private void Publish(string topic)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Bootstrap, LingerMs = 5, EnableIdempotence = true }).Build();
        for (var i = 0; i < PerRound; i++)
        {
            var (brand, time, reach) = (_brands[_random.Next(_brands.Length)], _start + ((long)_posts.Count * StepMs) + _random.Next(DisorderMs), _random.Next(1000));
            var post = JsonSerializer.SerializeToUtf8Bytes(new
            {
                id = $"{_posts.Count}",
                time = DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("O"),
                channel = _random.Next(2) == 0 ? "web" : "app",
                language = "en",
                author = $"a{_random.Next(300)}",
                reach,
                text = $"{brand} today, number {_posts.Count}",
            });
            producer.Produce(new TopicPartition(topic, _posts.Count % Partitions), new Message<Null, byte[]> { Value = post }, report => Assert.False(report.Error.IsError, report.Error.Reason));
            _posts.Add((brand, time, reach));
        }

        producer.Flush();
    }

    private IEnumerable<string> Windows(long seconds) => _posts
        .GroupBy(post => (post.Brand, Start: post.Time / 1000 / seconds * seconds))
        .OrderBy(window => window.Key.Brand, StringComparer.Ordinal).ThenBy(window => window.Key.Start)
        .Select(window => Row(window.Key.Brand, window.Key.Start, window.Key.Start + seconds, [.. window]));

    private IEnumerable<string> Sessions()
    {
        foreach (var posts in _posts.GroupBy(post => post.Brand).OrderBy(brand => brand.Key, StringComparer.Ordinal))
        {
            var session = new List<(string Brand, long Time, long Reach)>();
            foreach (var post in posts.OrderBy(post => post.Time).Append((posts.Key, long.MaxValue, 0)))
            {
                if (session.Count > 0 && (post.Time / 1000) - (session[^1].Time / 1000) >= GapSeconds)
                {
                    yield return Row(posts.Key, session[0].Time / 1000, (session[^1].Time / 1000) + GapSeconds, session);
                    session.Clear();
                }

                session.Add(post);
            }
        }
    }

    private static string Row(string brand, long start, long end, List<(string Brand, long Time, long Reach)> posts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{brand}\t{start}\t{end}\t{posts.Count}\t{posts.Sum(p => p.Reach)}\t{posts.Min(p => p.Time)}\t{posts.Max(p => p.Time)}");
}
