using System.Globalization;
using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Tests.Integration;

/// <summary>What compares the results of a chaos run: it must see every way in which they could be wrong.</summary>
public sealed class ChaosOracleTests
{
    private static readonly Names _names = new("told", "posts");

    [Fact]
    public async Task A_window_that_is_missing_doubled_changed_or_made_up_is_found()
    {
        using var folder = new TempFolder();
        using var database = new Database(folder);
        await database.Start();
        var posts = new PostList(new BrandTexts(2));
        var oracle = new PostOracle(posts.Texts.Brands, await ToneTable.Take(posts.Texts, folder));
        foreach (var (offset, post) in posts.Usual(PostScript.Start, minutes: 3, brands: 2, perMinute: 20).Index())
        {
            oracle.Take(0, offset, post);
        }

        var rows = oracle.Windows.OrderBy(w => w.Key).Select(w => Row(w.Key, w.Value)).ToList();
        await Store(database, rows);
        var clean = await Compare(oracle, database);
        await Store(database, [.. rows[3..], rows[5], rows[2].Replace(", 1)", ", 0)", StringComparison.Ordinal), Row(oracle.Windows.Keys.First() with { Brand = "Nobody" }, new ExpectedWindow { Posts = 1 })]);
        var damaged = await Compare(oracle, database);

        Assert.True(clean.IsClean, string.Join('\n', clean.Differences));
        Assert.Equal((rows.Count, 2, 1, 2), (damaged.Windows, damaged.Missing, damaged.Double, damaged.Wrong));
        Assert.False(damaged.IsClean);
    }

    [Theory]
    [InlineData("", "a1 open", "a2 escalated", "a3 resolved", "b1 open", "b2 resolved")]
    [InlineData("was never resolved", "a1 open", "a2 escalated")]
    [InlineData("came after", "a1 open", "a1 open", "a2 resolved")]
    [InlineData("came after", "a1 open", "b1 open", "b2 resolved")]
    [InlineData("came after", "a1 open", "a3 resolved")]
    [InlineData("came after", "a1 open", "a2 resolved", "a2 resolved")]
    [InlineData("came after", "a1 open", "a2 resolved", "a1 open", "a2 resolved")]
    public void Alerts_that_are_told_twice_not_at_all_or_in_another_order_are_found(string difference, params string[] told)
    {
        var verdict = new Verdict();

        AlertCheck.Told(told.Select(t => new SeenAlert(t[..1], "brand", t[1] - '0', t[3..])), verdict);

        Assert.Equal(difference.Length == 0, verdict.IsClean);
        Assert.Contains(difference, string.Join('\n', verdict.Differences), StringComparison.Ordinal);
    }

    private static async Task<Verdict> Compare(PostOracle oracle, Database database)
    {
        var verdict = new Verdict();
        await WindowCheck.Run(oracle, database, _names, verdict);
        return verdict;
    }

    private static async Task Store(Database database, IEnumerable<string> rows)
    {
        await database.Execute("DROP TABLE IF EXISTS brand_sentiment");
        await database.Execute("""
            CREATE TABLE brand_sentiment (graph String, brand String, channel String, language String, window_start DateTime64(3, 'UTC'), posts UInt64,
                negative UInt64, neutral UInt64, positive UInt64, reach UInt64, late UInt64, authors UInt64, mean_score Float64,
                first_event DateTime64(3, 'UTC'), last_event DateTime64(3, 'UTC'), is_final UInt8) ENGINE = Memory
            """);
        await database.Execute($"INSERT INTO brand_sentiment VALUES {string.Join(", ", rows)}");
    }

    private static string Row(WindowKey key, ExpectedWindow w) => string.Create(
        CultureInfo.InvariantCulture,
        $"('{_names.Graph}', '{key.Brand}', '{key.Channel}', '{key.Language}', {Time(key.Start)}, {w.Posts}, {w.Negative}, {w.Neutral}, {w.Positive}, {w.Reach}, {w.Late}, {w.Authors.Count}, {w.ScoreSum / w.Posts}, {Time(w.First)}, {Time(w.Last)}, 1)");

    private static string Time(long milliseconds) => $"'{DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, PostScript.Start * 2)):yyyy-MM-dd HH:mm:ss.fff}'";
}
