using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamEngine.Connectors.Files;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Alerts;

/// <summary>
/// Drills on the airline tweets (stream-airline in the research data): rises of negative posts injected into the real stream, through the
/// whole graph, at the stream's own volume and at ten times it.
/// </summary>
public static class DrillBench
{
    private const int Seed = 20150217;
    private const int Rises = 100;
    private static readonly int[] _minutes = [10, 60];
    private static readonly double[] _factors = [2, 4, 8];

    /// <summary>
    /// Measures, and adds for each kind of drill <c>drills.xFACTOR_MINUTESm.share</c> and <c>.median_delay_min</c>, and
    /// <c>drills.false_incidents_per_brand_week</c> and <c>drills.praise_incidents</c>, <c>drills.best.share</c> (the most that could be found of x4 over 60 min); those at the real volume with <c>drills.real</c> before.
    /// </summary>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        if (ResearchFolder.Find("stream-airline", "tweets_until_0221.csv") is not { } file)
        {
            log.WriteLine("left out: needs the airline tweets; STREAMENGINE_DATA names the folder with stream-airline");
            return;
        }

        var lines = ReadTweets(file);
        Run(report, log, lines, 10, "drills");
        Run(report, log, lines, 1, "drills.real");
    }

    private static void Run(IDictionary<string, double> report, TextWriter log, List<ReadOnlyMemory<byte>> lines, int volume, string name)
    {
        var stop = CancellationToken.None;
        var ground = new DrillGround(new GraphBacktest(Graph()), lines, "label", volume, Seed, stop);
        var brands = string.Join(", ", ground.Brands.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b} {ground.PerMinute(b, "negative"):F2}")));
        log.WriteLine($"drills at {volume} times the real volume, seed {Seed}, {Rises} rises each; negative posts a minute: {brands}");
        var quiet = ground.Quiet(stop).Incidents.ToList();
        report[name + ".false_incidents_per_brand_week"] = quiet.Count / ground.BrandWeeks;
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  without injection: {quiet.Count} incidents in {ground.BrandWeeks:F1} brand-weeks: {string.Join(", ", quiet.Select(q => $"{q.Brand} {DateTimeOffset.FromUnixTimeMilliseconds(q.OpenedAt):dd HH:mm} {q.Observed}/{q.Expected:F1}"))}"));
        foreach (var drill in _minutes.SelectMany(m => _factors.Select(f => new Drill(f, m))))
        {
            var outcome = ground.Run(drill, Rises, new Random(Seed + drill.Minutes), stop);
            var key = string.Create(CultureInfo.InvariantCulture, $"{name}.x{drill.Factor}_{drill.Minutes}m");
            report[key + ".share"] = outcome.Share;
            if (double.IsFinite(outcome.MedianDelay))
            {
                report[key + ".median_delay_min"] = outcome.MedianDelay;
            }

            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  negative x{drill.Factor} over {drill.Minutes} min: {outcome.Share:P0} found, median delay {outcome.MedianDelay:F1} min"));
        }

        Best(report, log, lines, ground, volume, name);
        var praise = ground.Run(new Drill(4, 60, "positive"), Rises, new Random(Seed), stop);
        report[name + ".praise_incidents"] = praise.Delays.Count;
        log.WriteLine($"  as many positive posts as x4 over 60 min: {praise.Delays.Count} of {Rises} raised an incident");
    }

    /// <summary>What the best possible detector would find, with the graph's judgement of tone and with a perfect one.</summary>
    private static void Best(IDictionary<string, double> report, TextWriter log, List<ReadOnlyMemory<byte>> lines, DrillGround ground, int volume, string name)
    {
        var labels = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            using var tweet = JsonDocument.Parse(line);
            labels[tweet.RootElement.GetProperty("id").GetString()!] = tweet.RootElement.GetProperty("label").GetString()![..3];
        }

        var mentions = new GraphBacktest(Graph()).Mentions(lines, CancellationToken.None);
        var perfect = mentions.Select(m => m with { Sentiment = labels[m.Id] == "neg" ? "negative" : "other" }).ToList();
        foreach (var (judged, what, key) in new[] { (mentions, "this judgement of tone", "best"), (perfect, "a perfect judgement of tone", "best_perfect") })
        {
            var (share, delay) = new OracleDrill(judged, labels, volume, new Random(Seed)).Run(ground.Brands, 4);
            report[$"{name}.{key}.share"] = share;
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the best possible at x4 over 60 min with {what}: {share:P0} found, median delay {delay:F0} min"));
        }
    }

    private static LogicalGraph Graph() => new GraphBuilder("drills")
        .From("file", new() { ["path"] = "-" })
        .Then("decode").Then("match", new() { ["brands"] = Path.Combine("deploy", "brands", "airlines.yaml") }).Then("language").Then("sentiment")
        .Then("window", new() { ["size"] = "1m", ["max_disorder"] = "5s", ["lateness"] = "10m" }).Then("spikes")
        .Build(new Catalog(BuiltInOperators.All, [new FileSourceDefinition()], []));

    private static List<ReadOnlyMemory<byte>> ReadTweets(string file) =>
    [
        .. CsvRecords.Read(file).Select(tweet => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["id"] = tweet["id"],
            ["time"] = tweet["time"],
            ["author"] = "author of " + tweet["id"],
            ["text"] = tweet["text"],
            ["label"] = tweet["label"],
        }))),
    ];
}
