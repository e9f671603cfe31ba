using System.Diagnostics;
using System.Globalization;
using StreamEngine.Chaos.Faults;
using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos;

/// <summary>Posts through a real Kafka, two engine processes and ClickHouse, while all of these are killed; then everything is compared.</summary>
internal static class ChaosRun
{
    private static readonly TimeSpan _stopPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _finishPatience = TimeSpan.FromMinutes(10);

    /// <summary>Runs, and says what differs from what should be.</summary>
    public static async Task<Verdict> Execute(ChaosOptions options, Action<string> progress)
    {
        var watch = Stopwatch.StartNew();
        void Tell(string text) => progress(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,6:0.0} s  {text}"));
        using var folder = new TempFolder();
        var script = new PostScript(options.Seed, options.Posts, options.Span, options.Brands);
        Tell($"starting {options.Nodes} Kafka and one ClickHouse; scoring the texts");
        var starting = RealKafka.Start(options.Nodes);
        using var database = new Database(folder);
        await database.Start();
        var tones = await ToneTable.Take(script, folder);
        await using var kafka = await starting;

        var names = new Names(RealKafka.UniqueName("chaos"), RealKafka.UniqueName("posts"));
        using var source = new SourceTopic(script, names, kafka.Bootstrap, options.Partitions);
        await source.Create();
        var verdict = new Verdict();
        using var engines = new EnginePair(GraphFiles.Write(folder, script, names, kafka.Bootstrap, database.Url), options.Log, verdict);
        engines.Start();
        var random = new Random(options.Seed);
        var driver = new FaultDriver(options, kafka, database, source, engines, random, Tell);
        await driver.Run(Fault.Plan(options, random));

        source.Close();
        Tell($"{source.Written} posts are written; waiting for the engine");
        await driver.CatchUp();
        await engines.Stop(_stopPatience);
        var ledger = await engines.Finish(_finishPatience);
        Tell("comparing");
        var oracle = new PostOracle(script, tones);
        RecordCheck.Source(kafka.Bootstrap, names, script, source.Written, oracle, verdict);
        RecordCheck.Ledger(ledger, oracle, verdict);
        await WindowCheck.Run(oracle, database, names, verdict);
        await RecordCheck.SetAside(kafka.Bootstrap, names.DeadLetters, "refused_posts", oracle.Dead, script, database, names, verdict);
        await RecordCheck.SetAside(kafka.Bootstrap, names.Late, "late_posts", oracle.Late, script, database, names, verdict);
        var incidents = await AlertCheck.Run(kafka.Bootstrap, names, script, database, verdict);
        Tell($"engine killed {driver.EngineKills} times; {oracle.Dead.Count} dead letters, {oracle.Late.Count} late, {incidents} incidents in {script.Crises.Count} crises");
        if (driver.Recoveries.Order().ToList() is { Count: > 0 } recoveries)
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"from a fault to the commit of all that was written by its end: median {recoveries[recoveries.Count / 2].TotalSeconds:0.0} s, most {recoveries[^1].TotalSeconds:0.0} s (of {recoveries.Count})"));
        }

        return verdict;
    }
}
