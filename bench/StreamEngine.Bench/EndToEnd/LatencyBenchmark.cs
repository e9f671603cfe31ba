using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Bench.Posts;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;
using StreamEngine.Testing;

namespace StreamEngine.Bench.EndToEnd;

/// <summary>
/// How long an alert takes, with a real Kafka and posts at a steady rate: from when Kafka has the first post of a burst of complaints (its
/// log-append time) to when a reader of committed records has the incident's opening alert. Brand after brand gets a burst.
/// </summary>
/// <remarks>
/// A burst is written at once, so before its first post there is nothing to tell, and soon after its last one there is all: the figure
/// is an upper bound of what the engine takes. The lower bound goes from the newest post that the alert counts, which its
/// <c>source_offsets</c> name. An hour of history (event time) goes before, and event time is the clock's.
/// </remarks>
internal static class LatencyBenchmark
{
    private const int Partitions = 4;
    private const int Rate = 20_000;
    private const int Brands = 400;
    private const int BurstPosts = 60;
    private const int Seed = 20_261;
    private const int UsualPerMinute = 10;
    private static readonly TimeSpan _history = TimeSpan.FromHours(1);
    private static readonly TimeSpan _feeding = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _leadIn = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _live = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>Measures against a broker.</summary>
    /// <param name="report">
    /// Receives <c>latency.p50_ms</c>, <c>latency.p99_ms</c>, <c>latency.max_ms</c>, <c>latency.from_newest_p50_ms</c> and <c>_p99_ms</c>
    /// (lower bounds), <c>latency.alerts</c>, <c>latency.bursts</c> and <c>latency.posts_per_s</c> with a checkpoint every 100 ms; the same
    /// behind <c>latency.default.</c> with one every 200 ms, the default.
    /// </param>
    /// <param name="log">Receives the figures as text.</param>
    /// <param name="bootstrap">The broker.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log, string bootstrap)
    {
        Run(report, log, bootstrap, "latency", "100ms");
        Run(report, log, bootstrap, "latency.default", "200ms");
    }

    private static void Run(IDictionary<string, double> report, TextWriter log, string bootstrap, string name, string interval)
    {
        var topics = (Posts: RealKafka.UniqueName("latency-posts"), Alerts: RealKafka.UniqueName("latency-alerts"));
        using (var admin = new TopicAdmin(new KafkaSettings(bootstrap), NullLogger.Instance))
        {
            var spec = new TopicSpec(topics.Posts, Partitions);
            admin.Ensure([spec with { Settings = spec.Settings.Add("message.timestamp.type", "LogAppendTime") }, new TopicSpec(topics.Alerts, Partitions)]);
        }

        var brands = new WatchedBrands(Brands, Seed);
        using var alerts = new AlertArrivals(bootstrap, topics.Alerts, Partitions);
        using var flow = new PostFlow(bootstrap, topics.Posts, Partitions, Rate, brands);
        using var folder = new BrandsFolder(brands.File());
        using var engine = new RunningGraph(Graph(bootstrap, topics, folder.File, interval));
        var start = DateTimeOffset.UtcNow + _feeding;
        flow.WriteHistory(start - _history, start, UsualPerMinute);
        engine.WaitFor(flow.Written);
        var bursts = Live(flow, engine);
        engine.WaitFor(flow.Written);
        alerts.WaitFor(bursts, _patience);
        Tell(report, log, name, flow, alerts, bursts);
        log.WriteLine($"  a checkpoint every {interval}: " + engine.Checkpoints);
    }

    /// <summary>Posts at the rate, and bursts spread evenly over the time. Returns the brands with a burst.</summary>
    private static List<string> Live(PostFlow flow, RunningGraph engine)
    {
        flow.Begin();
        while (flow.Elapsed < _leadIn)
        {
            flow.Step(UsualPerMinute);
        }

        var bursts = new List<string>();
        while (flow.Elapsed < _leadIn + _live)
        {
            if (bursts.Count < Brands && flow.Elapsed - _leadIn > _live * ((bursts.Count + 0.5) / Brands))
            {
                bursts.Add(flow.Burst(bursts.Count, BurstPosts));
            }

            flow.Step(UsualPerMinute);
            engine.Wait(TimeSpan.Zero);
        }

        flow.End();
        return bursts;
    }

    private static void Tell(IDictionary<string, double> report, TextWriter log, string name, PostFlow flow, AlertArrivals alerts, List<string> bursts)
    {
        var fromFirst = new List<double>();
        var fromNewest = new List<double>();
        foreach (var brand in bursts)
        {
            // An incident that opened before the burst is by chance, and says nothing of it.
            if (alerts.OpeningOf(brand) is { } alert && flow.FirstArrival(brand) is var first && alert.SeenAt >= first)
            {
                fromFirst.Add(alert.SeenAt - first);
                fromNewest.Add(alert.SeenAt - alert.Sources.Max(flow.ArrivalOf));
            }
        }

        fromFirst.Sort();
        fromNewest.Sort();
        report[$"{name}.p50_ms"] = Quantile(fromFirst, 0.5);
        report[$"{name}.p99_ms"] = Quantile(fromFirst, 0.99);
        report[$"{name}.max_ms"] = fromFirst[^1];
        report[$"{name}.from_newest_p50_ms"] = Quantile(fromNewest, 0.5);
        report[$"{name}.from_newest_p99_ms"] = Quantile(fromNewest, 0.99);
        report[$"{name}.alerts"] = fromFirst.Count;
        report[$"{name}.bursts"] = bursts.Count;
        report[$"{name}.posts_per_s"] = flow.PostsPerSecond;
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {fromFirst.Count} alerts of {bursts.Count} bursts at {flow.PostsPerSecond:N0} posts/s: from a burst's first post p50 {Quantile(fromFirst, 0.5):F0} ms, p99 {Quantile(fromFirst, 0.99):F0} ms, most {fromFirst[^1]:F0} ms; from the newest post counted p50 {Quantile(fromNewest, 0.5):F0} ms, p99 {Quantile(fromNewest, 0.99):F0} ms"));
    }

    private static double Quantile(List<double> sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)];

    private static LogicalGraph Graph(string bootstrap, (string Posts, string Alerts) topics, string brands, string interval) => new GraphBuilder(RealKafka.UniqueName("latency"))
        .From("kafka", new() { ["topic"] = topics.Posts, ["brokers"] = bootstrap })
        .Then("decode")
        .Then("match", new() { ["brands"] = brands })
        .Then("language")
        .Then("sentiment")
        .Then("window", new() { ["size"] = "1m" })
        .Then("spikes")
        .To("kafka", new() { ["topic"] = topics.Alerts }, "alerts", "spikes")
        .To("kafka", new() { ["topic"] = RealKafka.UniqueName("latency-windows") }, "windows", "window")
        .Runtime(new() { ["checkpoint_interval"] = interval })
        .Build(new Catalog(BuiltInOperators.All, [new KafkaSourceDefinition()], [new KafkaSinkDefinition()]));
}
