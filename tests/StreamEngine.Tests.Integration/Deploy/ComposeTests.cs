using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary><c>deploy/compose.yaml</c> and what it mounts fit together, and fit the program.</summary>
public sealed partial class ComposeTests
{
    private static readonly JsonNode _compose = DeployFiles.Yaml(DeployFiles.At("compose.yaml"));

    private static JsonNode Engine => Service("engine");

    private static Dictionary<string, string> EngineVariables => Engine["environment"]!.AsObject().ToDictionary(one => one.Key, one => DeployFiles.WithDefaults($"{one.Value}"));

    [Fact]
    public async Task The_engine_runs_a_shipped_graph_that_is_valid_with_its_variables_and_finds_all_of_them_set()
    {
        var command = Engine["command"]!.AsArray().Select(word => $"{word}").ToList();
        Assert.Equal("run", command[0]);
        var file = OnThisMachine(Engine, command[1]);

        var valid = await Product.RunWith(EngineVariables, "validate", file);

        Assert.Equal((0, ""), (valid.ExitCode, valid.Error));
        Assert.Subset(EngineVariables.Keys.ToHashSet(), DeployFiles.Variables(await File.ReadAllTextAsync(file)).ToHashSet());
    }

    [Fact]
    public void The_engine_reaches_Kafka_and_ClickHouse_where_they_are_and_its_topic_is_made()
    {
        var kafka = Service("kafka")["environment"]!;
        var inside = EngineVariables["KAFKA_BOOTSTRAP"];
        Assert.Contains($"INSIDE://{inside}", ((string)kafka["KAFKA_ADVERTISED_LISTENERS"]!).Split(','));
        Assert.StartsWith("kafka:", inside, StringComparison.Ordinal);
        Assert.Equal(new Uri("http://clickhouse:8123"), new Uri(EngineVariables["CLICKHOUSE_URL"]));
        foreach (var name in (string[])["CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD"])
        {
            Assert.Equal($"{Service("clickhouse")["environment"]![name]}", $"{Engine["environment"]![name]}");
        }

        var graph = DeployFiles.Yaml(OnThisMachine(Engine, $"{Engine["command"]![1]}"));
        var make = Service("topics")["command"]!.AsArray().Select(word => $"{word}").ToList();
        Assert.Equal($"{graph["source"]!["kafka"]!["topic"]}", make[make.IndexOf("--topic") + 1]);
        Assert.Equal(inside, make[make.IndexOf("--bootstrap-server") + 1]);
        Assert.Equal("service_completed_successfully", $"{Engine["depends_on"]!["topics"]!["condition"]}");
    }

    [Fact]
    public void Prometheus_scrapes_the_port_that_the_engine_serves_and_Grafana_asks_that_Prometheus()
    {
        var command = Engine["command"]!.AsArray().Select(word => $"{word}").ToList();
        var port = command[command.IndexOf("--http") + 1];
        Assert.EndsWith($":{port}", $"{Engine["ports"]![0]}", StringComparison.Ordinal);
        var prometheus = DeployFiles.Yaml(DeployFiles.At("prometheus", "prometheus.yml"));
        var found = prometheus["scrape_configs"]![0]!["dns_sd_configs"]![0]!;
        Assert.Equal(("engine", port), ($"{found["names"]![0]}", $"{found["port"]}"));
        Assert.All(prometheus["rule_files"]!.AsArray(), file => Assert.True(File.Exists(DeployFiles.At("prometheus", $"{file}"))));

        var grafana = Service("grafana");
        var source = DeployFiles.Yaml(DeployFiles.At("grafana", "provisioning", "datasources", "prometheus.yaml"))["datasources"]![0]!;
        var at = new Uri($"{source["url"]}");
        Assert.NotNull(_compose["services"]![at.Host]);
        Assert.EndsWith($":{at.Port}", $"{Service(at.Host)["ports"]![0]}", StringComparison.Ordinal);
        var provider = DeployFiles.Yaml(DeployFiles.At("grafana", "provisioning", "dashboards", "streamengine.yaml"))["providers"]![0]!;
        Assert.NotEmpty(Directory.GetFiles(OnThisMachine(grafana, $"{provider["options"]!["path"]}"), "*.json"));
        Assert.True(File.Exists(OnThisMachine(grafana, $"{grafana["environment"]!["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]}")));
    }

    [Fact]
    public void Images_have_full_versions_and_the_engines_is_the_products()
    {
        foreach (var (name, service) in _compose["services"]!.AsObject())
        {
            Assert.Matches(FullVersion(), $"{service!["image"]}");
            if (name == "engine")
            {
                Assert.Equal($"streamengine:{DeployFiles.Version}", $"{service["image"]}");
                var build = service["build"]!;
                Assert.True(File.Exists(Path.Combine(DeployFiles.At(), $"{build["context"]}", $"{build["dockerfile"]}")));
            }
        }
    }

    [Fact]
    public void Services_that_stay_have_a_health_check_volumes_are_there_and_nothing_is_open_to_other_machines()
    {
        foreach (var (name, service) in _compose["services"]!.AsObject())
        {
            var stays = $"{service!["restart"]}" == "unless-stopped";
            Assert.Equal(name != "topics", stays);
            Assert.Equal(stays && name != "engine", service["healthcheck"] is not null);
            Assert.All(service["ports"]?.AsArray() ?? [], port => Assert.StartsWith("127.0.0.1:", $"{port}", StringComparison.Ordinal));
            foreach (var volume in service["volumes"]?.AsArray() ?? [])
            {
                var from = $"{volume}".Split(':')[0];
                Assert.True(from.StartsWith("./", StringComparison.Ordinal) ? Directory.Exists(DeployFiles.At(from)) : _compose["volumes"]!.AsObject().ContainsKey(from), $"{name}: there is no {from}");
            }

            foreach (var condition in service["depends_on"] as JsonObject ?? [])
            {
                Assert.True($"{condition.Value!["condition"]}" != "service_healthy" || Service(condition.Key)["healthcheck"] is not null, $"{name} waits for {condition.Key}, which has no health check");
            }
        }
    }

    [Fact]
    public void Every_password_can_be_set_from_outside_and_the_engine_has_time_to_stop()
    {
        var passwords = _compose["services"]!.AsObject().SelectMany(service => service.Value!["environment"]?.AsObject() ?? []).Where(one => one.Key.Contains("PASSWORD", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, passwords.Count);
        Assert.All(passwords, one => Assert.Matches(@"^\$\{\w+:-\w*\}$", $"{one.Value}"));
        Assert.True(int.Parse($"{Engine["stop_grace_period"]}".TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture) > 10);
    }

    private static JsonNode Service(string name) => _compose["services"]![name]!;

    /// <summary>What lies on this machine at a path in a service's container: what is mounted there, else what the image has from <c>deploy/</c>.</summary>
    private static string OnThisMachine(JsonNode service, string path)
    {
        var mount = service["volumes"]!.AsArray().Select(volume => $"{volume}".Split(':')).Single(volume => path.StartsWith(volume[1], StringComparison.Ordinal) && volume[0].StartsWith("./", StringComparison.Ordinal));
        return Path.GetFullPath(DeployFiles.At(mount[0]) + path[mount[1].Length..]);
    }

    [GeneratedRegex(@"^[\w./-]+:v?\d+\.\d+\.\d+(\.\d+)?$")]
    private static partial Regex FullVersion();
}
