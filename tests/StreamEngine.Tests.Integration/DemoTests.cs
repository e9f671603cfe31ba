using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>What users see first: <c>streamengine demo</c>, the program itself with its embedded services.</summary>
[Collection(AloneCollection.Name)]
public sealed partial class DemoTests
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task The_day_goes_through_whole_adds_up_to_what_was_sent_and_only_the_crisis_and_the_slow_burn_raise_incidents()
    {
        var watch = Stopwatch.StartNew();
        var demo = await Product.Run("demo", "--duration", "10s");

        Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}\n{demo.Output}\n{demo.Error}");
        Assert.Empty(demo.Error);
        Assert.True(watch.Elapsed < _longest, $"took {watch.Elapsed}\n{demo.Output}");
        var ledger = Numbers(demo.Output, "Ledger");
        Assert.Equal(Numbers(demo.Output, "Script"), ledger);
        Assert.InRange(ledger[0], 60_000, 150_000);
        Assert.Equal(ledger[0], ledger[1..].Sum());
        Assert.All(ledger, count => Assert.True(count > 0, demo.Output));
        Assert.Equal(ledger[1], MentionsInTable(demo.Output));

        // 13:40 is when the script's crisis begins, 09:00 the slow burn; the wave of praise for Panzaro and the ordinary brands raise nothing.
        var alerts = demo.Output.Split('\n').Where(l => l.Contains("ALERT ", StringComparison.Ordinal)).ToList();
        Assert.All(alerts, l => Assert.True(l.Contains("Morvella", StringComparison.Ordinal) || l.Contains("Kwikla", StringComparison.Ordinal), l));
        Assert.InRange(Minute(alerts, "open", "Morvella"), (13 * 60) + 40, (13 * 60) + 55);
        Assert.InRange(Minute(alerts, "open", "Kwikla"), 9 * 60, 20 * 60);
        Assert.InRange(Minute(alerts, "resolved", "Morvella"), 17 * 60, (20 * 60) + 15);
    }

    [Fact]
    public async Task Without_libchdb_one_line_says_what_is_missing_and_what_to_do()
    {
        var demo = await Product.RunWith(new Dictionary<string, string> { ["STREAMENGINE_CHDB"] = "/nowhere/libchdb.so" }, "demo");

        Assert.Equal(1, demo.ExitCode);
        var line = Assert.Single(demo.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("libchdb", line, StringComparison.Ordinal);
        Assert.Contains("make setup", line, StringComparison.Ordinal);
    }

    /// <summary>The minute of the day of the first alert in a state about a brand.</summary>
    private static int Minute(IEnumerable<string> alerts, string state, string brand)
    {
        var line = alerts.FirstOrDefault(l => l.Contains($"ALERT {state}", StringComparison.Ordinal) && l.Contains(brand, StringComparison.Ordinal));
        Assert.True(line is not null, string.Join('\n', alerts));
        return (int)TimeSpan.Parse(line[..5], CultureInfo.InvariantCulture).TotalMinutes;
    }

    /// <summary>The numbers of the line that starts with a word.</summary>
    private static long[] Numbers(string output, string word)
    {
        var line = Assert.Single(output.Split('\n'), l => l.StartsWith(word, StringComparison.Ordinal));
        return [.. Number().Matches(line).Select(m => long.Parse(m.Value.Replace(",", "", StringComparison.Ordinal)))];
    }

    /// <summary>The sum of the column 'mentions' of the table that ClickHouse gave.</summary>
    private static long MentionsInTable(string output) => output.Split('\n').Where(l => l.StartsWith('│') && !l.Contains("brand", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split('│')[2].Replace(",", "", StringComparison.Ordinal)));

    [GeneratedRegex(@"\d[\d,]*")]
    private static partial Regex Number();
}
