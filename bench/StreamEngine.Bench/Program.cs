using System.Text.Json;
using StreamEngine.Bench.Alerts;
using StreamEngine.Bench.Connectors;
using StreamEngine.Bench.EndToEnd;
using StreamEngine.Bench.Ingest;
using StreamEngine.Bench.Operators;
using StreamEngine.Bench.Text;
using StreamEngine.Testing;

namespace StreamEngine.Bench;

/// <summary>Runs the benchmarks, all or those whose names are given, and writes artifacts/bench/report.json: names and numbers.</summary>
internal static class Program
{
    private static readonly SortedDictionary<string, Action<IDictionary<string, double>, TextWriter>> _parts = new()
    {
        ["checkpoints"] = OnKafka(CheckpointBenchmark.Run),
        ["clickhouse"] = ClickHouseBenchmark.Run,
        ["decode"] = DecodeBenchmark.Run,
        ["drills"] = DrillBench.Run,
        ["e2e"] = OnKafka(EndToEndBenchmark.Run),
        ["ingest"] = IngestBenchmark.Run,
        ["kafka"] = OnKafka(KafkaBench.Run),
        ["language"] = LanguageBenchmark.Run,
        ["latency"] = OnKafka(LatencyBenchmark.Run),
        ["match"] = MatchBenchmark.Run,
        ["mlnet"] = MLNetBench.Run,
        ["nab"] = NabBench.Run,
        ["sentiment"] = SentimentBenchmark.Run,
        ["spikes"] = SpikesBench.Run,
        ["window"] = WindowBench.Run,
    };

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private static int Main(string[] args)
    {
        var wanted = args.SelectMany(a => a.Split(',')).Where(a => a.Length > 0).ToList();
        foreach (var unknown in wanted.Where(w => !_parts.ContainsKey(w)))
        {
            Console.Error.WriteLine($"there is no benchmark '{unknown}'; there are: {string.Join(", ", _parts.Keys)}");
            return 2;
        }

        var report = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, run) in _parts.Where(p => wanted.Count == 0 || wanted.Contains(p.Key)))
        {
            Console.Error.WriteLine($"bench: {name}");
            run(report, Console.Out);
        }

        var file = Path.Combine("artifacts", "bench", "report.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(report, _indented) + Environment.NewLine);
        Console.Error.WriteLine($"bench: written to {file}");
        return 0;
    }

    /// <summary>
    /// The broker. One that is started here waits for a group's members before it shares partitions out: else the first worker gets all of
    /// them, and what is measured is how soon it loses some to the others.
    /// </summary>
    private static RealKafka StartKafka()
    {
        if (KafkaAtHand.Home is not null)
        {
            return RealKafka.Start(settings: new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "1000" }).GetAwaiter().GetResult();
        }

        var kafka = new RealKafka();
        kafka.InitializeAsync().GetAwaiter().GetResult();
        return kafka;
    }

    /// <summary>A benchmark on the broker in KAFKA_BOOTSTRAP, or one out of KAFKA_HOME; left out where there is neither.</summary>
    private static Action<IDictionary<string, double>, TextWriter> OnKafka(Action<IDictionary<string, double>, TextWriter, string> run) => (report, log) =>
    {
        if (KafkaAtHand.ReasonToSkip(needsOwnBroker: false) is { } reason)
        {
            log.WriteLine($"left out: {reason}");
            return;
        }

        var kafka = StartKafka();
        try
        {
            run(report, log, kafka.Bootstrap);
        }
        finally
        {
            kafka.DisposeAsync().GetAwaiter().GetResult();
        }
    };
}
