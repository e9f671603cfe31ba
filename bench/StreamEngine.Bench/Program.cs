using System.Text.Json;
using StreamEngine.Bench.Connectors;
using StreamEngine.Bench.EndToEnd;
using StreamEngine.Bench.Ingest;
using StreamEngine.Bench.Operators;
using StreamEngine.Bench.Text;

namespace StreamEngine.Bench;

/// <summary>Runs the benchmarks, all or those whose names are given, and writes artifacts/bench/report.json: names and numbers.</summary>
internal static class Program
{
    private static readonly SortedDictionary<string, Action<IDictionary<string, double>, TextWriter>> _parts = new()
    {
        ["clickhouse"] = ClickHouseBenchmark.Run,
        ["e2e"] = EndToEndBenchmark.Run,
        ["ingest"] = IngestBenchmark.Run,
        ["kafka"] = KafkaBench.Run,
        ["language"] = LanguageBenchmark.Run,
        ["sentiment"] = SentimentBenchmark.Run,
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
}
