using System.Text.Json;
using System.Text.RegularExpressions;
using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Integration;

/// <summary>The graphs that come with the program.</summary>
public sealed class ShippedGraphTests
{
    public static TheoryData<string> Graphs => [.. Directory.GetFiles(Path.Combine(Product.Root, "deploy", "graphs"), "*.yaml").Select(file => Path.GetFileName(file)).Where(file => !file.EndsWith(".test.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task A_shipped_graph_is_valid_and_can_be_explained(string file)
    {
        var graph = Path.Combine(Product.Root, "deploy", "graphs", file);
        var valid = await Product.Run("validate", graph);
        Assert.Equal((0, ""), (valid.ExitCode, valid.Error));

        var explained = await Product.Run("explain", graph);
        Assert.Equal(0, explained.ExitCode);
        Assert.Contains("stage aggregate", explained.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task A_shipped_graph_passes_its_tests_also_where_it_is_restored_from_its_state_meanwhile(string file)
    {
        var tested = await Product.Run("test", Path.Combine(Product.Root, "deploy", "graphs", file));
        Assert.Equal((0, ""), (tested.ExitCode, tested.Error));
        Assert.EndsWith(" passed, 0 failed", tested.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public async Task The_schema_for_editors_takes_a_shipped_graph_and_not_one_with_a_mistake(string file)
    {
        var schema = new JsonSchemaCheck((await Product.Run("operators", "--schema")).Output);
        var yaml = await File.ReadAllTextAsync(Path.Combine(Product.Root, "deploy", "graphs", file));

        Assert.Empty(Problems(yaml));
        foreach (var (right, wrong) in new[] { ("^operators:", "operator:"), ("- decode:", "- decod:"), ("size:", "sise:"), (@"size: \S+", "size: soon"), ("^name:", "nmae:") })
        {
            Assert.Matches(new Regex(right, RegexOptions.Multiline), yaml);
            Assert.NotEmpty(Problems(Regex.Replace(yaml, right, wrong, RegexOptions.Multiline)));
        }

        // An editor sees the names of variables, not their values.
        IReadOnlyList<string> Problems(string graph) =>
            schema.Check(JsonSerializer.SerializeToUtf8Bytes(YamlJson.From(YamlText.Read(graph.Replace("${", "$${", StringComparison.Ordinal), file))));
    }

    [Fact]
    public async Task The_graph_of_roll_ups_writes_minutes_hours_days_and_conversations()
    {
        var explained = await Product.Run("explain", Path.Combine(Product.Root, "deploy", "graphs", "brand-sentiment-rollups.yaml"));
        foreach (var line in new[] { "per_hour (rollup)   after per_minute", "per_day (rollup)   after per_hour", "conversations: merge", "keeps parts, windows, time" })
        {
            Assert.Contains(line, explained.Output, StringComparison.Ordinal);
        }
    }
}
