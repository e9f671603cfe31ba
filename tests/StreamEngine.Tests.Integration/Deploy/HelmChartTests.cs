using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>The chart in <c>deploy/kubernetes</c>: its values, its schema, and where there is a Helm what it renders.</summary>
public sealed partial class HelmChartTests
{
    private static readonly string _chart = DeployFiles.At("kubernetes");
    private static readonly JsonNode _values = DeployFiles.Yaml(Path.Combine(_chart, "values.yaml"));

    /// <summary>As docs/deploy.md deploys the shipped graph.</summary>
    private static readonly string[] _shipped =
    [
        "--set", "env.KAFKA_BOOTSTRAP=kafka:9092", "--set-file", $"graph={Product.BrandSentimentGraph}",
        "--set-file", $"brands.airlines\\.yaml={Product.AirlineBrands}",
    ];

    [Fact]
    public void The_schema_takes_the_values_and_those_of_the_lint_and_none_with_a_mistake()
    {
        var schema = new JsonSchemaCheck(File.ReadAllText(Path.Combine(_chart, "values.schema.json")));
        var text = File.ReadAllText(Path.Combine(_chart, "values.yaml"));
        Assert.Empty(Problems(text));
        Assert.All(Directory.GetFiles(Path.Combine(_chart, "ci"), "*.yaml"), file => Assert.Empty(Problems(File.ReadAllText(file))));
        foreach (var (right, wrong) in new[]
        {
            ("^replicas:", "replica:"), ("^  repository: streamengine", "  repository: two words"), ("  minReplicas: 1", "  minReplicas: 0"), ("^port: 8080", "port: 80800"),
            ("type: RollingUpdate", "type: Rolling"), ("^terminationGracePeriodSeconds: 20", "terminationGracePeriodSeconds: 10"), ("interval: 15s", "interval: 15"), ("^  lagThreshold:", "  lag:"),
        })
        {
            Assert.Matches(new Regex(right, RegexOptions.Multiline), text);
            Assert.NotEmpty(Problems(Regex.Replace(text, right, wrong, RegexOptions.Multiline)));
        }

        // A quoted text that looks like a number becomes one in YamlJson; none of the values is such.
        IReadOnlyList<string> Problems(string yaml) => schema.Check(JsonSerializer.SerializeToUtf8Bytes(Filled(DeployFiles.YamlOf(yaml, "values.yaml"))));
    }

    [Fact]
    public void Every_value_is_in_the_schema_and_every_one_that_a_template_reads_is_a_value()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(_chart, "values.schema.json")))!;
        AssertDeclared(_values.AsObject(), schema, "");
        var read = Directory.GetFiles(Path.Combine(_chart, "templates")).SelectMany(file => ValueRead().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(read.Count > 20, string.Join(' ', read));
        foreach (var path in read)
        {
            JsonNode? at = _values;
            foreach (var name in path.Split('.'))
            {
                Assert.True(at!.AsObject().ContainsKey(name), $"a template reads .Values.{path}");
                at = at[name];
            }
        }

        static void AssertDeclared(JsonObject values, JsonNode schema, string path)
        {
            foreach (var (name, value) in values)
            {
                var declared = schema["properties"]?[name];
                Assert.True(declared is not null, $"{path}{name} is not in the schema");
                if (value is JsonObject inner && declared["properties"] is not null)
                {
                    AssertDeclared(inner, declared, $"{path}{name}.");
                }
            }
        }
    }

    [Fact]
    public void The_chart_deploys_the_products_version_and_knows_the_graph_in_the_image()
    {
        Assert.Equal(DeployFiles.Version, $"{DeployFiles.Yaml(Path.Combine(_chart, "Chart.yaml"))["appVersion"]}");
        var helpers = File.ReadAllText(Path.Combine(_chart, "templates", "_helpers.tpl"));
        var inImage = Regex.Match(helpers, @"/app/graphs/([\w.-]+)").Groups[1].Value;
        var graph = DeployFiles.Yaml(DeployFiles.At("graphs", inImage));
        Assert.Contains($"\nname: {graph["name"]}\nsource: {{ kafka: {{ topic: {graph["source"]!["kafka"]!["topic"]} }} }}\n", helpers, StringComparison.Ordinal);
        Assert.Contains("%s.ingest", helpers, StringComparison.Ordinal);
        Assert.True((long)_values["terminationGracePeriodSeconds"]! > 10, "run may take 10 s to stop");
        Assert.Contains($"USER {DeploymentUser()}\n", File.ReadAllText(DeployFiles.At("container", "Containerfile")), StringComparison.Ordinal);
    }

    [HelmFact]
    public async Task The_pod_finds_the_graph_and_its_brands_where_they_are_mounted_and_they_are_valid()
    {
        using var folder = new TempFolder();
        var objects = await Render(_shipped);
        var pod = Of(objects, "Deployment")["spec"]!["template"]!["spec"]!;
        var data = Of(objects, "ConfigMap")["data"]!;
        var volume = pod["volumes"]!.AsArray().Single(one => one!["configMap"] is not null)!;
        Assert.Equal($"{Of(objects, "ConfigMap")["metadata"]!["name"]}", $"{volume["configMap"]!["name"]}");
        foreach (var item in volume["configMap"]!["items"]!.AsArray())
        {
            var file = folder[$"{item!["path"]}".Split('/')];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, $"{data[$"{item["key"]}"]}");
        }

        var container = pod["containers"]![0]!;
        var mount = container["volumeMounts"]!.AsArray().Single(one => $"{one!["name"]}" == $"{volume["name"]}")!;
        var arguments = container["args"]!.AsArray().Select(argument => $"{argument}").ToList();
        Assert.Equal("run", arguments[0]);
        Assert.Equal($"{container["ports"]![0]!["containerPort"]}", arguments[arguments.IndexOf("--http") + 1]);
        Assert.StartsWith($"{mount["mountPath"]}/", arguments[1], StringComparison.Ordinal);
        var graph = folder[arguments[1][($"{mount["mountPath"]}".Length + 1)..].Split('/')];
        List<string> settings = [.. arguments.Index().Where(one => one.Item == "--set").SelectMany(one => (string[])["--set", arguments[one.Index + 1]])];

        var valid = await Product.Run(["validate", graph, .. settings]);

        Assert.Equal((0, ""), (valid.ExitCode, valid.Error));
        Assert.Equal(await File.ReadAllTextAsync(Product.BrandSentimentGraph), await File.ReadAllTextAsync(graph));
    }

    [HelmFact]
    public async Task Pods_are_made_anew_for_a_changed_graph_or_brand_and_not_for_another_number_of_pods()
    {
        var before = await Checksum(_shipped);
        Assert.Equal(before, await Checksum([.. _shipped, "--set", "replicas=3"]));
        Assert.NotEqual(before, await Checksum([.. _shipped, "--set", "brands.more\\.yaml=brands: []"]));
        Assert.NotEqual(before, await Checksum([.. _shipped, "--set-file", $"graph={DeployFiles.At("graphs", "brand-sentiment-rollups.yaml")}"]));

        static async Task<string> Checksum(string[] arguments) =>
            $"{Of(await Render(arguments), "Deployment")["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/config"]}";
    }

    [HelmFact]
    public async Task KEDA_is_asked_for_the_lag_of_the_group_that_the_engine_reads_the_source_with()
    {
        var shipped = await Trigger([.. _shipped, "--set", "autoscaling.enabled=true"]);
        Assert.Equal(("kafka:9092", "brand-sentiment.ingest", "posts", "100000"), shipped);
        var renamed = await Trigger([.. _shipped, "--set", "autoscaling.enabled=true", "--set", "set.name=trial", "--set", @"set.source\.kafka\.topic=others"]);
        Assert.Equal(("kafka:9092", "trial.ingest", "others", "100000"), renamed);

        var objects = await Render([.. _shipped, "--set", "autoscaling.enabled=true"]);
        Assert.Null(Of(objects, "Deployment")["spec"]!["replicas"]);
        Assert.Equal($"{Of(objects, "Deployment")["metadata"]!["name"]}", $"{Of(objects, "ScaledObject")["spec"]!["scaleTargetRef"]!["name"]}");

        var (exitCode, _, error) = await Helm([.. _shipped, "--set", "autoscaling.enabled=true", "--set", "env.KAFKA_BOOTSTRAP="]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("set autoscaling.bootstrapServers", error, StringComparison.Ordinal);

        static async Task<(string, string, string, string)> Trigger(string[] arguments)
        {
            var about = Of(await Render(arguments), "ScaledObject")["spec"]!["triggers"]![0]!["metadata"]!;
            return ($"{about["bootstrapServers"]}", $"{about["consumerGroup"]}", $"{about["topic"]}", $"{about["lagThreshold"]}");
        }
    }

    [HelmFact]
    public async Task The_rules_for_Prometheus_become_a_PrometheusRule_as_they_are()
    {
        var rules = DeployFiles.At("prometheus", "rules.yml");
        var rendered = Of(await Render([.. _shipped, "--set-file", $"metrics.rules={rules}"]), "PrometheusRule")["spec"]!;
        Assert.True(JsonNode.DeepEquals(DeployFiles.Yaml(rules), rendered));
    }

    [HelmFact]
    public async Task Rules_that_are_none_are_refused_with_the_reason()
    {
        using var folder = new TempFolder();
        foreach (var (rules, says) in new[] { ("groups: [}", "is no file of Prometheus rules: error converting YAML"), ("rules: []", "is no file of Prometheus rules: it has no 'groups'") })
        {
            await File.WriteAllTextAsync(folder["rules.yml"], rules);
            var (exitCode, _, error) = await Helm([.. _shipped, "--set-file", $"metrics.rules={folder["rules.yml"]}"]);
            Assert.NotEqual(0, exitCode);
            Assert.Contains(says, error, StringComparison.Ordinal);
        }
    }

    /// <summary>An empty map or list of YAML, of which <see cref="YamlJson"/> makes what it is; an empty text, of which it makes null, is a text again.</summary>
    private static JsonNode Filled(JsonNode node)
    {
        if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                map[name] = value is null ? JsonValue.Create("") : Filled(value.DeepClone());
            }
        }

        return node;
    }

    private static long DeploymentUser() => long.Parse(
        Regex.Match(File.ReadAllText(Path.Combine(_chart, "templates", "deployment.yaml")), @"runAsUser: (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private static JsonNode Of(IEnumerable<JsonNode> objects, string kind) => objects.Single(one => $"{one["kind"]}" == kind);

    private static async Task<IReadOnlyList<JsonNode>> Render(string[] arguments)
    {
        var (exitCode, output, error) = await Helm(arguments);
        Assert.True(exitCode == 0, error);
        return [.. output.Split("---\n", StringSplitOptions.RemoveEmptyEntries).Select(document => DeployFiles.YamlOf(document, "rendered"))];
    }

    private static async Task<(int ExitCode, string Output, string Error)> Helm(string[] arguments)
    {
        var start = new ProcessStartInfo(HelmFactAttribute.Program!, ["template", "trial", _chart, "--kube-version", "1.35.0", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    [GeneratedRegex(@"\.Values\.([\w.]*\w)")]
    private static partial Regex ValueRead();
}
