using System.Globalization;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos.Oracle;

/// <summary>Compares ClickHouse's view of windows with what should be there, row by row.</summary>
internal static class WindowCheck
{
    /// <summary>Up to so many authors are counted exactly; beyond that the count is an estimate with a standard error of 3.25 %.</summary>
    private const int ExactAuthors = 64;
    private const double AuthorTolerance = 5 * 0.0325;
    private const double ScoreTolerance = 2e-6;

    /// <summary>Compares, and notes what differs.</summary>
    public static async Task Run(PostOracle oracle, Database database, Names names, Verdict verdict)
    {
        verdict.Windows += oracle.Windows.Count;
        var seen = new HashSet<WindowKey>();
        var query = $"""
            SELECT brand, channel, language, toUnixTimestamp64Milli(window_start), posts, negative, neutral, positive, reach, late, authors,
                   mean_score, toUnixTimestamp64Milli(first_event), toUnixTimestamp64Milli(last_event), is_final
            FROM brand_sentiment WHERE graph = '{names.Graph}'
            """;
        await foreach (var row in database.Query(query))
        {
            var key = new WindowKey(row[0], row[1], row[2], Number(row[3]));
            if (!oracle.Windows.TryGetValue(key, out var expected))
            {
                verdict.Wrong++;
                verdict.Differs($"{key}: should not be there, and has {row[4]} posts");
            }
            else if (!seen.Add(key))
            {
                verdict.Double++;
                verdict.Differs($"{key}: stands there twice");
            }
            else if (Wrong(expected, row) is { } wrong)
            {
                verdict.Wrong++;
                verdict.Differs($"{key}: {wrong}");
            }
        }

        foreach (var key in oracle.Windows.Keys.Where(k => !seen.Contains(k)).Order())
        {
            verdict.Missing++;
            verdict.Differs($"{key}: missing; should have {oracle.Windows[key].Posts} posts");
        }
    }

    private static string? Wrong(ExpectedWindow expected, string[] row)
    {
        (string Name, long Expected, long Found)[] numbers =
        [
            ("posts", expected.Posts, Number(row[4])), ("negative", expected.Negative, Number(row[5])), ("neutral", expected.Neutral, Number(row[6])),
            ("positive", expected.Positive, Number(row[7])), ("reach", expected.Reach, Number(row[8])), ("late", expected.Late, Number(row[9])),
            ("first_event", expected.First, Number(row[12])), ("last_event", expected.Last, Number(row[13])), ("is_final", 1, Number(row[14])),
        ];
        var wrong = numbers.Where(n => n.Expected != n.Found).Select(n => $"{n.Name} {n.Found}, should be {n.Expected}").ToList();
        var (authors, found) = (expected.Authors.Count, Number(row[10]));
        if (authors <= ExactAuthors ? found != authors : Math.Abs(found - authors) > authors * AuthorTolerance)
        {
            wrong.Add($"authors {found}, should be {authors}");
        }

        var (mean, foundMean) = (expected.ScoreSum / expected.Posts, double.Parse(row[11], CultureInfo.InvariantCulture));
        if (Math.Abs(mean - foundMean) > ScoreTolerance)
        {
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"mean_score {foundMean}, should be {mean}"));
        }

        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
