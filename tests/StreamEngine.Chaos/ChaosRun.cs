using System.Globalization;
using StreamEngine.Chaos.Faults;
using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos;

/// <summary>Posts through a real Kafka, two engine processes and ClickHouse, while all of these are killed; then everything is compared.</summary>
internal static class ChaosRun
{
    /// <summary>Runs, and says what differs from what should be.</summary>
    public static async Task<Verdict> Execute(ChaosOptions options, Action<string> progress)
    {
        var script = new PostScript(options.Seed, options.Posts, options.Span, options.Brands);
        await using var setting = await Setting.Build(script, options.Nodes, options.Partitions, options.Log, progress);
        setting.Engines.Start();
        var random = new Random(options.Seed);
        var driver = new FaultDriver(options, setting, random);
        await driver.Run(Fault.Plan(options, random));
        setting.Source.Write(Enumerable.Range(0, setting.Source.Partitions).Select(i => script[options.Posts + i]));
        setting.Tell("all posts are written; waiting for the engine");
        await setting.Done(setting.Engines.Start);
        await setting.Compare(expectIncidents: script.Crises.Count > 0);
        setting.Tell($"engine processes were killed {driver.EngineKills} times; there were {script.Crises.Count} crises");
        if (driver.Recoveries.Order().ToList() is { Count: > 0 } recoveries)
        {
            setting.Tell(string.Create(CultureInfo.InvariantCulture, $"from a fault to the commit of all that was written by its end: median {recoveries[recoveries.Count / 2].TotalSeconds:0.0} s, most {recoveries[^1].TotalSeconds:0.0} s (of {recoveries.Count})"));
        }

        return setting.Verdict;
    }
}
