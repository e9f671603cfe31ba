using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StreamEngine.Tests.Integration;

/// <summary><c>streamengine alerts backtest</c> as its user runs it.</summary>
public sealed class BacktestCommandTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_series_is_scored_row_by_row_and_its_burst_is_the_alert()
    {
        using var folder = new TempFolder();
        var random = new Random(3);
        await File.WriteAllLinesAsync(folder["counts.csv"], Enumerable.Range(0, 1200).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{_start.AddMinutes(5 * i):yyyy-MM-dd HH:mm:ss},{20 + random.Next(9) + (i is >= 1000 and < 1006 ? 300 : 0)}")).Prepend("timestamp,value"));

        var outcome = await Product.Run("alerts", "backtest", "--series", folder["counts.csv"]);

        Assert.Equal(0, outcome.ExitCode);
        var lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("timestamp,value,anomaly_score,alert", lines[0]);
        Assert.Equal(1201, lines.Length);
        Assert.EndsWith(",1", lines[1001], StringComparison.Ordinal);
        Assert.DoesNotContain(lines[1..1001], l => l.EndsWith(",1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Posts_are_judged_against_known_incidents_and_drills_are_counted()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        await File.WriteAllLinesAsync(folder["posts.jsonl"], Posts());
        await File.WriteAllLinesAsync(folder["known.csv"], ["brand,start,end", "Acme,2026-03-03T10:00:00Z,2026-03-03T11:00:00Z", "Acme,2026-03-02T03:00:00Z,2026-03-02T04:00:00Z"]);

        var text = await Product.Run("alerts", "backtest", "--posts", folder["posts.jsonl"], "--graph", graph, "--incidents", folder["known.csv"]);
        var json = await Product.Run("alerts", "backtest", "--posts", folder["posts.jsonl"], "--graph", graph, "--incidents", folder["known.csv"], "--drills", "4", "--factor", "8", "--minutes", "60", "--json");

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Contains("known incidents: 1 of 2 found", text.Output, StringComparison.Ordinal);
        Assert.Contains("; 0 others raised", text.Output, StringComparison.Ordinal);
        Assert.Matches(@"2026-03-03T10:00:00Z  Acme: found after \d+ minutes", text.Output);
        Assert.Contains("2026-03-02T03:00:00Z  Acme: missed", text.Output, StringComparison.Ordinal);
        Assert.True(json.ExitCode == 0, json.Error);
        using var summary = JsonDocument.Parse(json.Output);
        Assert.Equal("Acme", Assert.Single(summary.RootElement.GetProperty("incidents").EnumerateArray()).GetProperty("brand").GetString());
        Assert.Equal(1, summary.RootElement.GetProperty("known").GetProperty("found").GetInt32());
        Assert.Equal([true, false], summary.RootElement.GetProperty("known").GetProperty("each").EnumerateArray().Select(k => k.GetProperty("delay_minutes").ValueKind == JsonValueKind.Number));
        Assert.Equal(4, summary.RootElement.GetProperty("drills").GetProperty("rises").GetInt32());
        Assert.InRange(summary.RootElement.GetProperty("drills").GetProperty("found").GetInt32(), 3, 4);
    }

    [Fact]
    public async Task Drills_change_the_properties_that_the_graph_names()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        var named = Posts().Select(post => JsonNode.Parse(post)!.AsObject()).Select(post => new JsonObject
        {
            ["meta"] = new JsonObject { ["key"] = post["id"]!.DeepClone(), ["at"] = DateTimeOffset.Parse(post["time"]!.ToString(), CultureInfo.InvariantCulture).ToUnixTimeSeconds() },
            ["body"] = post["text"]!.DeepClone(),
        }.ToJsonString());
        await File.WriteAllLinesAsync(folder["posts.jsonl"], named);

        var outcome = await Product.Run(
            "alerts", "backtest", "--posts", folder["posts.jsonl"], "--graph", graph, "--drills", "4", "--factor", "8", "--json", "--set", "operators.decode.id=meta.key",
            "--set", "operators.decode.time=meta.at", "--set", "operators.decode.time_format=epoch_s", "--set", "operators.decode.text=body", "--set", "operators.decode.author=meta.user.name");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        using var summary = JsonDocument.Parse(outcome.Output);
        Assert.InRange(summary.RootElement.GetProperty("drills").GetProperty("found").GetInt32(), 3, 4);
        await Refused(1, "a time in 'when'; post 1 (", "--posts", folder["posts.jsonl"], "--graph", graph, "--drills", "4", "--set", "operators.decode.id=meta.key", "--set", "operators.decode.time=when");
    }

    [Fact]
    public async Task Posts_of_which_none_can_be_read_fail_with_the_reasons_and_what_to_look_at()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        await File.WriteAllLinesAsync(folder["posts.jsonl"], ["{", .. Enumerable.Repeat("""{"id":"1","created_at":"2026-03-01T10:00:00Z","text":"acme"}""", 3)]);

        await Refused(1, "4 of 4 posts were refused:\n  3 by decode, first post 2: no time", "--posts", folder["posts.jsonl"], "--graph", graph);
        await Refused(1, "does the graph name the right properties?", "--posts", folder["posts.jsonl"], "--graph", graph);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("2026-03-02T00:00:00Z,4\n", ":1: the header must name the columns timestamp and value")]
    [InlineData("timestamp,value\n", "there are no rows")]
    [InlineData("timestamp,value\n2026-03-02T00:00:00Z,4\n2026-03-02T00:05:00Z,many\n", ":3: expected a time")]
    [InlineData("timestamp,value\n2026-03-02T00:05:00Z,4\n2026-03-02T00:00:00Z,4\n", ":3: the time goes back")]
    public async Task A_wrong_series_is_told_by_file_and_line(string content, string message)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["counts.csv"], content);

        await Refused(1, message, "--series", folder["counts.csv"]);
    }

    [Fact]
    public async Task Scores_are_written_over_no_series_and_over_no_other_scores()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["more"]);
        string[] files = [folder["a.csv"], folder["b.csv"], folder["more", "a.csv"]];
        const string content = "timestamp,value\n2026-03-02T00:00:00Z,4\n2026-03-02T00:05:00Z,4\n";
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, content);
        }

        await Refused(2, $"--output would write scores over the series {files[0]}", "--series", files[0], files[1], "--output", folder.Path);
        await Refused(2, $"--output would write scores over the series {folder["more", "..", "a.csv"]}", "--series", files[0], "--output", folder["more", "..", "a.csv"]);
        await Refused(2, $"--output would write two scored series to {folder["scored", "a.csv"]}", "--series", files[0], files[2], "--output", folder["scored"]);

        Assert.All(files, file => Assert.Equal(content, File.ReadAllText(file)));
        var scored = await Product.Run("alerts", "backtest", "--series", files[0], files[1], "--output", folder["scored"]);
        Assert.True(scored.ExitCode == 0, scored.Error);
        Assert.Equal(["a.csv", "b.csv"], Directory.GetFiles(folder["scored"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Wrong_posts_and_wrong_options_are_told_in_a_line()
    {
        using var folder = new TempFolder();
        var graph = WriteGraph(folder);
        await File.WriteAllTextAsync(folder["empty.jsonl"], "");
        await File.WriteAllTextAsync(folder["posts.jsonl"], ""); // the graph's own source, which must be there and is not read
        await File.WriteAllTextAsync(folder["one.jsonl"], Posts().First() + "\n");
        await File.WriteAllTextAsync(folder["known.csv"], "brand,start,end\nAcme,yesterday,today\n");
        await File.WriteAllTextAsync(folder["others.csv"], "brand,start,end\nAcme,2026-03-02T03:00:00Z,2026-03-02T04:00:00Z\nAcmee,2026-03-02T03:00:00Z,2026-03-02T04:00:00Z\n");

        await Refused(1, "missing.csv", "--series", folder["missing.csv"]);
        await Refused(1, "missing.jsonl", "--posts", folder["missing.jsonl"], "--graph", graph);
        await Refused(1, "there are no posts", "--posts", folder["empty.jsonl"], "--graph", graph);
        await Refused(1, "known.csv:2: expected brand,start,end", "--posts", folder["one.jsonl"], "--graph", graph, "--incidents", folder["known.csv"]);
        await Refused(2, "others.csv:3: the graph has no brand 'Acmee' (did you mean 'Acme'?); name", "--posts", folder["one.jsonl"], "--graph", graph, "--incidents", folder["others.csv"]);
        await Refused(1, "drills need a brand", "--posts", folder["one.jsonl"], "--graph", graph, "--drills", "2");
        await Refused(2, "go with --posts", "--series", folder["missing.csv"], "--json");
        await Refused(2, "go with --drills", "--posts", folder["one.jsonl"], "--factor", "4");
        await Refused(2, "Give either --series or --posts");
    }

    private static async Task Refused(int exitCode, string message, params string[] arguments)
    {
        var outcome = await Product.Run(["alerts", "backtest", .. arguments]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    private static string WriteGraph(TempFolder folder)
    {
        File.WriteAllText(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        File.WriteAllText(folder["graph.yaml"], """
            name: backtest
            source:
              file:
                path: posts.jsonl
            operators:
              - decode: {}
              - match:
                  brands: brands.yaml
              - language: {}
              - sentiment: {}
              - window:
                  size: 1m
              - spikes: {}
            sinks:
              - file:
                  path: alerts.jsonl
            """);
        return folder["graph.yaml"];
    }

    /// <summary>Two days, three posts a minute, one of them angry; from 10:00 of the second day ten angry ones for half an hour.</summary>
    private static IEnumerable<string> Posts()
    {
        string[] angry = ["is awful", "is terrible, I hate it", "was the worst ever", "is broken again, useless", "was horrible and rude"];
        string[] calm = ["opens at nine", "is in Rome today", "was great, thank you", "sells chairs", "is on my way home"];
        var random = new Random(7);
        for (var minute = 0; minute < 2880; minute++)
        {
            for (var i = 0; i < (minute is >= 2040 and < 2070 ? 12 : 3); i++)
            {
                var words = string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"w{random.Next(5000)}"));
                var time = _start.AddMinutes(minute).AddSeconds(i * 4).ToString("O");
                var tone = i is 0 or >= 3 ? angry : calm;
                yield return JsonSerializer.Serialize(new { id = $"{minute}-{i}", time, author = $"a{minute}-{i}", text = $"acme {tone[random.Next(tone.Length)]} {words}" });
            }
        }
    }
}
