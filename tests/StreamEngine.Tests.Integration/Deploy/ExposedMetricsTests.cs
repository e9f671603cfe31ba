using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>Dashboard, alert rules, probes and scrapers ask a graph only for what it says.</summary>
public sealed partial class ExposedMetricsTests(RunningGraph graph) : IClassFixture<RunningGraph>
{
    /// <summary>Labels that Prometheus adds.</summary>
    private static readonly string[] _ofPrometheus = ["instance", "job"];

    private static readonly JsonNode _dashboard = JsonNode.Parse(File.ReadAllBytes(DeployFiles.At("grafana", "dashboards", "streamengine.json")))!;

    private static JsonNode[] Panels => [.. _dashboard["panels"]!.AsArray().Where(panel => (string?)panel!["type"] != "row")!];

    private static JsonNode[] Rules => [.. DeployFiles.Yaml(DeployFiles.At("prometheus", "rules.yml"))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray())!];

    [Fact]
    public void Every_panel_asks_for_metrics_and_labels_that_a_running_graph_exposes()
    {
        Assert.True(Panels.Length > 15, "the dashboard has lost its panels");
        foreach (var panel in Panels)
        {
            Assert.NotEmpty(panel["targets"]!.AsArray());
            foreach (var target in panel["targets"]!.AsArray())
            {
                var expression = (string)target!["expr"]!;
                AssertExposed(expression, $"panel '{panel["title"]}'");
                var inLegend = LegendLabel().Matches((string)target["legendFormat"]!).Select(label => label.Groups[1].Value);
                Assert.Subset(PromQl.Groupings(expression).ToHashSet(), inLegend.ToHashSet());
            }
        }
    }

    [Fact]
    public void The_dashboards_panels_have_ids_of_their_own_do_not_overlap_and_ask_the_chosen_source()
    {
        var all = _dashboard["panels"]!.AsArray();
        Assert.Equal(all.Count, all.Select(panel => (int)panel!["id"]!).Distinct().Count());
        var cells = all.SelectMany(panel => Cells(panel!["gridPos"]!)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.X, 0, 23));
        Assert.All(Panels, panel => Assert.Equal("${datasource}", (string?)panel["datasource"]!["uid"]));

        var variables = _dashboard["templating"]!["list"]!.AsArray();
        Assert.Equal(["datasource", "graph"], variables.Select(variable => (string)variable!["name"]!));
        var graphs = GraphQuery().Match((string)variables[1]!["definition"]!);
        Assert.Contains(graph.Samples, sample => sample.Metric == graphs.Groups[1].Value && sample.Labels.ContainsKey(graphs.Groups[2].Value));

        static IEnumerable<(int X, int Y)> Cells(JsonNode at) =>
            from x in Enumerable.Range((int)at["x"]!, (int)at["w"]!)
            from y in Enumerable.Range((int)at["y"]!, (int)at["h"]!)
            select (x, y);
    }

    [Fact]
    public void Every_alert_rule_asks_for_metrics_and_labels_that_a_running_graph_exposes()
    {
        Assert.Equal(Rules.Length, Rules.Select(rule => (string)rule["alert"]!).Distinct().Count());
        foreach (var rule in Rules)
        {
            var expression = (string)rule["expr"]!;
            AssertExposed(expression, $"rule {rule["alert"]}");
            Assert.Contains((string?)rule["labels"]!["severity"], (string[])["critical", "warning"]);
            var texts = rule["annotations"]!.AsObject();
            Assert.Equal(["summary", "description"], texts.Select(text => text.Key));
            var told = texts.SelectMany(text => TemplateLabel().Matches((string)text.Value!)).Select(label => label.Groups[1].Value).ToHashSet();
            var known = PromQl.Groupings(expression).ToHashSet();
            Assert.Subset(known.Count > 0 && !expression.Contains("unless on", StringComparison.Ordinal) ? known : LabelsOf(expression), told);
        }
    }

    [Fact]
    public void The_rules_own_tests_feed_them_series_that_a_running_graph_exposes_and_reach_every_rule()
    {
        var text = File.ReadAllText(DeployFiles.At("prometheus", "rules.test.yml"));
        var series = DeployFiles.YamlOf(text, "rules.test.yml")["tests"]!.AsArray().SelectMany(test => test!["input_series"]!.AsArray()).Select(input => (string)input!["series"]!).ToList();
        Assert.NotEmpty(series);
        foreach (var one in series)
        {
            AssertExposed(Regex.Replace(one, """otel_scope_graph="\w+",instance="\w+",?|(?:worker|partition)="[\w.]+",?""", ""), $"series {one}");
        }

        Assert.All(Rules, rule => Assert.Contains((string)rule["alert"]!, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("delivery.md", 10)]
    [InlineData("graphs.md", 1)]
    public async Task The_metrics_that_a_page_names_are_called_so(string page, int atLeast)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Product.Root, "docs", page));
        var names = MetricName().Matches(text).Select(match => "streamengine_" + match.Groups[1].Value).ToList();
        Assert.InRange(names.Count, atLeast, 100);
        Assert.All(names, name => Assert.True(graph.Samples.Any(sample => sample.Metric == name), $"there is no metric {name}"));
    }

    [Theory]
    [InlineData("kubernetes/templates/deployment.yaml", @"httpGet: \{ path: (\S+),", "/healthz /healthz /readyz")]
    [InlineData("kubernetes/templates/deployment.yaml", @"prometheus\.io/path: (\S+)", "/metrics")]
    [InlineData("kubernetes/templates/podmonitor.yaml", @"\bpath: (\S+)", "/metrics")]
    [InlineData("prometheus/prometheus.yml", @"metrics_path: (\S+)", "/metrics")]
    public async Task What_probes_and_scrapers_ask_for_is_answered(string file, string pattern, string expected)
    {
        var paths = Regex.Matches(await File.ReadAllTextAsync(DeployFiles.At(file.Split('/'))), pattern).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(expected, string.Join(' ', paths));
        foreach (var path in paths)
        {
            Assert.Equal(HttpStatusCode.OK, await graph.Status(path));
        }

        Assert.Equal(HttpStatusCode.NotFound, await graph.Status("/health"));
    }

    [Theory]
    [InlineData("sum(streamengine_partition_lagg)")]
    [InlineData("sum by (graph) (streamengine_partition_lag)")]
    [InlineData("streamengine_partition_lag{stages=\"ingest\"}")]
    [InlineData("streamengine_connection_up{to=\"clickhouse\"}")]
    [InlineData("streamengine_partition_lag{stage=~\"read.*\"}")]
    [InlineData("streamengine_checkpoints > 0")]
    public void An_expression_with_a_wrong_name_is_found(string expression) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertExposed(expression, "this"));

    private void AssertExposed(string expression, string where)
    {
        var metrics = PromQl.Metrics(expression).ToList();
        Assert.True(metrics.Count > 0, $"{where} names no metric");
        Assert.All(metrics, metric => Assert.True(graph.Samples.Any(sample => sample.Metric == metric), $"{where}: there is no metric {metric}"));
        foreach (var (metric, label, comparison, value) in PromQl.Matchers(expression).Where(matcher => !_ofPrometheus.Contains(matcher.Label)))
        {
            var values = graph.Samples.Where(sample => sample.Metric == metric && sample.Labels.ContainsKey(label)).Select(sample => sample.Labels[label]).ToList();
            Assert.True(values.Count > 0, $"{where}: {metric} has no label {label}");
            var found = comparison switch
            {
                _ when value.StartsWith('$') => true,
                "=" => values.Contains(value),
                "=~" => values.Any(one => Regex.IsMatch(one, $"^(?:{value})$")),
                _ => values.Any(one => !Regex.IsMatch(one, $"^(?:{value})$")),
            };
            Assert.True(found, $"{where}: no sample of {metric} has {label}{comparison}\"{value}\"; there are {string.Join(", ", values.Distinct())}");
        }

        var labels = LabelsOf(expression);
        Assert.All(PromQl.Groupings(expression), label => Assert.True(labels.Contains(label), $"{where}: none of its metrics has a label {label}"));
    }

    /// <summary>The labels of the metrics that an expression names.</summary>
    private HashSet<string> LabelsOf(string expression) =>
        [.. PromQl.Metrics(expression).SelectMany(metric => graph.Samples.Where(sample => sample.Metric == metric)).SelectMany(sample => sample.Labels.Keys), .. _ofPrometheus];

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabel();

    [GeneratedRegex(@"\{\{ \$labels\.(\w+) \}\}")]
    private static partial Regex TemplateLabel();

    [GeneratedRegex(@"`(?:streamengine)?_([a-z_]+)`")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^label_values\((\w+), (\w+)\)$")]
    private static partial Regex GraphQuery();
}
