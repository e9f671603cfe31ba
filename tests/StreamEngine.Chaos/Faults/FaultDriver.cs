using System.Diagnostics;
using System.Globalization;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos.Faults;

/// <summary>Makes faults happen while posts are written, and sees that work goes on after each.</summary>
internal sealed class FaultDriver(ChaosOptions options, Setting setting, Random random)
{
    private const string Works = "Stage ingest works on";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);

    /// <summary>Kills of engine processes so far.</summary>
    public int EngineKills { get; private set; }

    /// <summary>From a fault to the moment when all posts written before its end are committed, where that was waited for.</summary>
    public List<TimeSpan> Recoveries { get; } = [];

    /// <summary>Lets all faults happen, and the posts be written meanwhile.</summary>
    public async Task Run(IReadOnlyList<Fault> faults)
    {
        for (var i = 0; i < faults.Count; i++)
        {
            var writing = setting.Source.WriteUpTo(options.Posts * (i + 1) / (faults.Count + 1), options.Rate);
            await Task.Delay(random.Next(1500));
            setting.Tell(string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{faults.Count} {faults[i]}, {setting.Source.Written} posts written"));
            var watch = Stopwatch.StartNew();
            await Strike(faults[i]);
            setting.Engines.Start();
            // Now and then the next fault comes before the last one is got over.
            if (random.Next(3) > 0)
            {
                await setting.Done(setting.Engines.Start);
                Recoveries.Add(watch.Elapsed);
            }

            await writing;
        }

        await setting.Source.WriteUpTo(options.Posts, options.Rate);
    }

    private Task Strike(Fault fault) => fault.Kind switch
    {
        FaultKind.KillEngine => KillEngine(),
        FaultKind.KillDatabase => KillDatabase(),
        FaultKind.KillBroker => KillBroker(fault.Node),
        FaultKind.FreezeEngine => FreezeEngine(),
        _ => setting.Source.Grow(options.AddedPartitions),
    };

    private async Task KillEngine()
    {
        EngineKills++;
        await setting.Engines.Kill(random.Next(EnginePair.Count));
        if (random.Next(4) == 0)
        {
            // The other one takes over, or they are both gone.
            await Task.Delay(random.Next(5000));
        }
    }

    private async Task KillDatabase()
    {
        setting.Database.Kill();
        await MeanwhileAnEngine();
        await setting.Database.Start();
    }

    private async Task KillBroker(int node)
    {
        if (options.Nodes > 1)
        {
            await Eventually.Holds(() => setting.Source.IsInSync(options.Nodes), "all replicas are in step before the next node is killed", _patience);
        }

        await setting.Kafka.Kill(node);
        await MeanwhileAnEngine();
        await setting.Kafka.Restart(node);
    }

    /// <summary>While something else is down, an engine process may be killed, too.</summary>
    private async Task MeanwhileAnEngine()
    {
        await Task.Delay(random.Next(3000));
        if (random.Next(2) == 0)
        {
            await KillEngine();
            setting.Engines.Start();
            await Task.Delay(random.Next(3000));
        }
    }

    /// <summary>
    /// Freezes a process that has or had partitions, or is restoring them, until the other one has worked on all of them; then it must
    /// notice and join anew.
    /// </summary>
    private async Task FreezeEngine()
    {
        setting.Engines.Start();
        var frozen = setting.Engines[random.Next(EnginePair.Count)];
        await frozen.Says(Works, _patience);
        frozen.Freeze();
        try
        {
            var ends = setting.Source.Ends();
            await Eventually.Holds(() => setting.Source.IsDone(ends), () => $"the other process takes over from the one that is frozen\n{setting.Engines.Said}", _patience);
            await Eventually.Holds(async () => await setting.Source.Members() == 1, "the frozen process's session has ended", _patience);
        }
        finally
        {
            frozen.Thaw();
        }

        await Eventually.Holds(async () => await setting.Source.Members() == EnginePair.Count, () => $"the process that was frozen joins anew\n{setting.Engines.Said}", _patience);
    }
}
