using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Tests.Integration;

/// <summary>A post of a stream that a test makes.</summary>
internal sealed record WrittenPost(DateTimeOffset Time, string Id, string? Author, string Text);

/// <summary>Posts through the whole graph, from a file to a file with alerts. Every alert is checked against its schema.</summary>
internal static class AlertRun
{
    private static readonly JsonSchemaCheck _schema = new(File.ReadAllText(Path.Combine(Product.Root, "schemas", "alert.v1.json")));

    /// <summary>Runs posts in order of their times.</summary>
    /// <param name="brands">The file of brands.</param>
    /// <param name="posts">The posts.</param>
    /// <param name="spikes">Options of <c>spikes</c>, as YAML within braces.</param>
    public static async Task<List<JsonElement>> Of(string brands, IEnumerable<WrittenPost> posts, string spikes = "")
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder["posts.jsonl"], posts.OrderBy(p => p.Time).ThenBy(p => p.Id, StringComparer.Ordinal).Select(Line));
        await File.WriteAllTextAsync(folder["graph.yaml"], $$"""
            name: drill
            source: { file: { path: posts.jsonl } }
            operators:
              - decode: {}
              - match: { brands: "{{brands}}" }
              - language: {}
              - sentiment: {}
              - window: { size: 1m, max_disorder: 5s }
              - spikes: { {{spikes}} }
            sinks:
              - file: { path: alerts.jsonl }
                from: spikes
            """);
        var outcome = await Product.Run("run", folder["graph.yaml"], "--quiet");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var alerts = new List<JsonElement>();
        foreach (var line in await File.ReadAllLinesAsync(folder["alerts.jsonl"]))
        {
            Assert.Empty(_schema.Check(System.Text.Encoding.UTF8.GetBytes(line)));
            alerts.Add(JsonDocument.Parse(line).RootElement);
        }

        return alerts;
    }

    public static string Text(this JsonElement alert, string name) => alert.GetProperty(name).GetString()!;

    /// <summary>The words in an alert's top terms.</summary>
    public static IEnumerable<string> Terms(this JsonElement alert) => alert.GetProperty("top_terms").EnumerateArray().Select(term => term.Text("term"));

    private static string Line(WrittenPost post) => JsonSerializer.Serialize(new Dictionary<string, string?>
    {
        ["id"] = post.Id,
        ["time"] = post.Time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ["author"] = post.Author,
        ["channel"] = "x",
        ["text"] = post.Text,
    });
}
