using System.Globalization;
using System.Text;
using StreamEngine.Core.Batches;

namespace StreamEngine.Tests.Integration;

/// <summary>Minutes, roll-ups and sessions, from a file into ClickHouse.</summary>
public sealed class RollupRunTests(SharedClickHouse clickHouse) : IClassFixture<SharedClickHouse>
{
    private const int Posts = 40_000;
    private const int GapSeconds = 30;
    private static readonly string[] _brands = ["Alder", "Birch", "Cedar", "Dogwood"];
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Graph = """
        name: rollups
        source:
          file:
            path: posts.jsonl
        operators:
          - decode: {}
          - match:
              brands: brands.yaml
          - sentiment: {}
          - window:
              size: 1m
              max_disorder: 5s
            id: per_minute
          - rollup:
              to: 1h
            id: per_hour
          - rollup:
              to: 1d
              early: 0s
            id: per_day
          - window:
              size: 1h
              max_disorder: 5s
            id: hours
            from: sentiment
          - window:
              size: 1d
              max_disorder: 5s
            id: days
            from: sentiment
          - window:
              session: 30s
              by: brand
              max_disorder: 5s
              early: 0s
            id: sessions
            from: sentiment
        sinks:
          - clickhouse: {}
        """;

    [Fact]
    public async Task Roll_ups_are_the_windows_of_their_size_and_sessions_are_what_a_plain_sort_gives()
    {
        using var folder = new TempFolder();
        var times = WritePosts(folder);
        var url = await clickHouse.Url();

        var outcome = await Product.Run("run", folder["graph.yaml"], "--json", "--set", $"sinks.clickhouse.url={url}");
        Assert.Equal((Posts, Posts, 0, 0, 0), outcome.Ledger);

        Task<string[]> Rows(string id) => SharedClickHouse.Query(url, $"""
            SELECT brand, channel, language, window_start, window_end, posts, negative, neutral, positive, mean_score, reach, authors, is_final, first_event, last_event
            FROM brand_sentiment WHERE graph = 'rollups' AND operator = '{id}' ORDER BY brand, channel, language, window_start
            """);
        var (hours, days) = (await Rows("hours"), await Rows("days"));
        Assert.InRange(hours.Length, 3 * 2 * 2 * 70, 4 * 2 * 2 * 73);
        Assert.Equal(hours, await Rows("per_hour"));
        Assert.InRange(days.Length, 3 * 2 * 2 * 3, 4 * 2 * 2 * 3);
        Assert.Equal(days, await Rows("per_day"));

        Assert.Equal(
            Sessions(times),
            await SharedClickHouse.Query(url, "SELECT brand, toUnixTimestamp(window_start), toUnixTimestamp(window_end), posts, is_final FROM brand_sentiment WHERE graph = 'rollups' AND operator = 'sessions' ORDER BY brand, window_start"));
        var takenBack = await SharedClickHouse.Query(url, "SELECT count() FROM sentiment_windows FINAL WHERE graph = 'rollups' AND posts = 0");
        Assert.Equal((Posts / RecordBatch.DefaultCapacity).ToString(CultureInfo.InvariantCulture), takenBack[0]);
    }

    /// <summary>
    /// Three days of posts about one brand each, up to four seconds out of order. The last post of each batch is about a brand of its own,
    /// and so is the first of the next, dated earlier: it moves the start of a session that was shown.
    /// </summary>
    private static List<(string Brand, long Time)> WritePosts(TempFolder folder)
    {
        File.WriteAllText(folder["graph.yaml"], Graph);
        File.WriteAllText(folder["brands.yaml"], "brands:\n" + string.Concat(_brands.Select(brand => $"  - name: {brand}\n    keywords: [{brand}]\n")));
        var random = new Random(11);
        var times = new List<(string, long)>();
        var lines = new StringBuilder();
        for (var i = 0; i < Posts; i++)
        {
            var place = (i + 1) % RecordBatch.DefaultCapacity;
            var edge = place == 0 || (place == 1 && i > 0);
            var time = _start.AddMilliseconds(((long)i * 3 * 86_400_000 / Posts) + (edge ? (1 - place) * 10_000 : random.Next(4000)));
            var brand = _brands[edge ? 3 : random.Next(3)];
            times.Add((brand, time.ToUnixTimeMilliseconds()));
            lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{i}}","time":"{{time:O}}","channel":"{{(random.Next(2) == 0 ? "web" : "app")}}","language":"{{(random.Next(3) == 0 ? "nl" : "en")}}","author":"a{{random.Next(300)}}","reach":{{random.Next(1000)}},"text":"{{brand}} is {{(random.Next(3) == 0 ? "terrible" : "great")}}, {{random.Next(100)}}"}""").Append('\n');
        }

        File.WriteAllText(folder["posts.jsonl"], lines.ToString());
        return times;
    }

    private static List<string> Sessions(List<(string Brand, long Time)> posts)
    {
        var sessions = new List<string>();
        foreach (var brand in _brands)
        {
            var seconds = posts.Where(post => post.Brand == brand).Select(post => post.Time / 1000).Order().ToList();
            for (var from = 0; from < seconds.Count;)
            {
                var to = from + 1;
                while (to < seconds.Count && seconds[to] - seconds[to - 1] < GapSeconds)
                {
                    to++;
                }

                sessions.Add($"{brand}\t{seconds[from]}\t{seconds[to - 1] + GapSeconds}\t{to - from}\t1");
                from = to;
            }
        }

        return sessions;
    }
}
