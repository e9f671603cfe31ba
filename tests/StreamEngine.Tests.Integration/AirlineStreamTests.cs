using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Integration;

/// <summary>
/// 7,189 tweets at airlines through Kafka and the shipped graph into ClickHouse, against a count by a plain loop.
/// </summary>
[Collection(KafkaCollection.Name)]
public sealed class AirlineStreamTests(RealKafka kafka)
{
    [AirlineFact]
    public async Task Mentions_per_airline_and_hour_equal_a_plain_count_and_do_not_change_when_run_again()
    {
        await CheckAgainstPlainCount(ResearchData.Airlines!, kafka.Bootstrap, await kafka.CreateTopic("airlines", 3));
    }

    [AirlineFact(NeedsKafka = false)]
    public async Task The_embedded_broker_gives_the_same_counts()
    {
        using var embedded = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new EmbeddedTopic("airlines", 2)] });
        await CheckAgainstPlainCount(ResearchData.Airlines!, embedded.Bootstrap, "airlines", "source.kafka.settings.session.timeout.ms=1500");
    }

    private static async Task CheckAgainstPlainCount(string file, string bootstrap, string topic, params string[] settings)
    {
        using var folder = new TempFolder();
        await using var clickHouse = await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), new EmbeddedClickHouseOptions { DataPath = folder["clickhouse"] });
        var expected = Publish(file, bootstrap, topic, out var posts);
        var graph = RealKafka.UniqueName("airlines");
        IEnumerable<string> run =
        [
            "run", Product.BrandSentimentGraph, "--json", "--quiet", "--until-idle", "3s",
            "--set", $"name={graph}", "--set", $"source.kafka.brokers={bootstrap}", "--set", $"source.kafka.topic={topic}",
            "--set", $"sinks.clickhouse.url={clickHouse.Url}", "--set", $"sinks.kafka.topic={graph}.alerts", .. settings.SelectMany(s => new[] { "--set", s }),
        ];

        var first = await Product.Run(run);
        var (consumed, counted, unmatched, late, dead) = first.Ledger;
        Assert.Equal(posts, consumed);
        Assert.Equal(consumed, counted + unmatched + late + dead);
        Assert.Equal((0, 0), (late, dead));
        var counts = await Counts(clickHouse.Url, graph);
        Assert.Equal(Lines(expected), Lines(counts));

        var second = await Product.Run(run);
        Assert.Equal(first.Ledger, second.Ledger);
        Assert.Equal(Lines(expected), Lines(await Counts(clickHouse.Url, graph)));
    }

    /// <summary>Writes the tweets as JSON lines, by time, and counts what they mention per airline and hour.</summary>
    private static SortedDictionary<string, long> Publish(string file, string bootstrap, string topic, out int posts)
    {
        var expected = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 5 }).Build();
        posts = 0;
        foreach (var tweet in ResearchData.ReadCsv(file).OrderBy(t => t["time"], StringComparer.Ordinal))
        {
            posts++;
            var json = JsonSerializer.SerializeToUtf8Bytes(new { id = tweet["id"], time = tweet["time"], channel = "twitter", language = "en", text = tweet["text"] });
            producer.Produce(topic, new Message<string, byte[]> { Key = tweet["id"], Value = json }, report => Assert.False(report.Error.IsError, report.Error.Reason));
            var hour = ResearchData.Milliseconds(tweet["time"]) / 3_600_000 * 3_600_000;
            foreach (var brand in AirlineOracle.BrandsIn(tweet["text"]))
            {
                var key = $"{brand} {DateTimeOffset.FromUnixTimeMilliseconds(hour):yyyy-MM-dd HH}";
                expected[key] = expected.GetValueOrDefault(key) + 1;
            }
        }

        producer.Flush();
        return expected;
    }

    private static async Task<SortedDictionary<string, long>> Counts(Uri url, string graph)
    {
        using var http = new HttpClient();
        var query = $"SELECT brand, formatDateTime(toStartOfHour(window_start), '%Y-%m-%d %H'), sum(posts) FROM brand_sentiment WHERE graph = '{graph}' GROUP BY 1, 2 FORMAT TSV";
        var response = await http.PostAsync(url, new StringContent(query, Encoding.UTF8));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            counts[$"{fields[0]} {fields[1]}"] = long.Parse(fields[2], CultureInfo.InvariantCulture);
        }

        return counts;
    }

    private static string Lines(SortedDictionary<string, long> counts) => string.Join('\n', counts.Select(c => $"{c.Key} {c.Value}"));
}
