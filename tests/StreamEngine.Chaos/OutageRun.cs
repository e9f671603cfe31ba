using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos;

/// <summary>What an outage of ClickHouse did.</summary>
/// <param name="Delays">From the writing of a brand's first angry post to its alert, each during the outage, in order of size.</param>
/// <param name="PeakMemory">The most memory that an engine process occupied, in bytes.</param>
/// <param name="CatchUp">From the start of ClickHouse until it had all windows.</param>
/// <param name="Verdict">What differed at the end.</param>
internal sealed record Outage(IReadOnlyList<TimeSpan> Delays, long PeakMemory, TimeSpan CatchUp, Verdict Verdict);

/// <summary>
/// ClickHouse is gone for a while; meanwhile brand after brand has a crisis, and other brands get many posts. Event time goes as fast as
/// the clock.
/// </summary>
internal static class OutageRun
{
    /// <summary>What an engine process may occupy at the most, whatever is down, in bytes.</summary>
    public const long MemoryBound = 512L << 20;

    /// <summary>Brands that have a crisis, one after another; the others are talked about much.</summary>
    private const int Watched = 12;
    private const int Brands = 20;
    private const int QuietPerMinute = 100;
    private const int AngryPosts = 400;
    private const int TicksPerSecond = 10;
    private const int HistoryStep = 10;
    private static readonly TimeSpan _history = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs.</summary>
    /// <param name="length">How long ClickHouse is gone.</param>
    /// <param name="rate">Posts a second, without those of the crises.</param>
    /// <param name="log">The file that what engine processes say is added to; null: none.</param>
    /// <param name="progress">Takes what is told meanwhile.</param>
    public static async Task<Outage> Execute(TimeSpan length, int rate, string? log, Action<string> progress)
    {
        var posts = new PostList(new BrandTexts(Brands));
        await using var setting = await Setting.Build(posts, 1, 4, log, progress);
        setting.Engines.Start();
        // In steps: what is usual is learnt from windows that are closed, and not from an hour that comes at once.
        for (var minute = 0; minute < _history.TotalMinutes; minute += HistoryStep)
        {
            setting.Source.Write(posts.Usual(PostScript.Start + (minute * PostScript.WindowMs), HistoryStep, Watched, QuietPerMinute));
            await setting.Done();
        }

        using var stop = new CancellationTokenSource();
        var alerts = new ConcurrentQueue<(string Brand, long Seen)>();
        var reading = Task.Run(() => TopicReader.Follow(setting.Kafka.Bootstrap, setting.Names.Alerts, read => alerts.Enqueue((SeenAlert.Read(read.Message.Value!).Brand, Stopwatch.GetTimestamp())), stop.Token));

        setting.Tell("ClickHouse is killed");
        setting.Database.Kill();
        var (begun, peak) = await Live(setting, posts, length, rate);
        IEnumerable<long> After(string brand) => alerts.Where(a => a.Brand == brand && a.Seen >= begun[brand]).Select(a => a.Seen);
        await Eventually.Holds(() => begun.Keys.All(b => After(b).Any()), () => $"there is an alert for each of {string.Join(", ", begun.Keys)}, not only for {string.Join(", ", alerts.Select(a => a.Brand).Distinct())}", _patience);
        setting.Tell("all alerts are out; ClickHouse is started");
        var watch = Stopwatch.StartNew();
        await setting.Database.Start();
        var has = 0L;
        await Eventually.Holds(async () => (has = await Mentions(setting)) == posts.Mentions, () => $"ClickHouse gets all {posts.Mentions} mentions; it has {has}\n{setting.Engines.Said}", _patience);
        var catchUp = watch.Elapsed;
        peak = Math.Max(peak, setting.Engines.PeakMemory);
        await stop.CancelAsync();
        await reading;

        var end = posts[posts.Count - 1].Time + (long)PostScript.Calm.TotalMilliseconds;
        setting.Source.Write(Enumerable.Range(0, setting.Source.Partitions).Select(_ => posts.Add(end, -1, false)).ToList());
        await setting.Done();
        await setting.Compare(expectIncidents: true);
        var delays = begun.Select(b => Stopwatch.GetElapsedTime(b.Value, After(b.Key).First())).Order().ToList();
        setting.Tell(string.Create(CultureInfo.InvariantCulture, $"from angry posts to the alert: median {delays[delays.Count / 2].TotalMilliseconds:0} ms, most {delays[^1].TotalMilliseconds:0} ms (of {delays.Count}); peak memory {peak >> 20} MB; caught up {catchUp.TotalSeconds:0.0} s after ClickHouse's start"));
        return new Outage(delays, peak, catchUp, setting.Verdict);
    }

    /// <summary>Writes posts as time goes by; when each brand's crisis began, and the engine's peak memory.</summary>
    private static async Task<(Dictionary<string, long> Begun, long Peak)> Live(Setting setting, PostList posts, TimeSpan length, int rate)
    {
        var begun = new Dictionary<string, long>();
        var (watch, peak) = (Stopwatch.StartNew(), 0L);
        for (var tick = 0; watch.Elapsed < length; tick++)
        {
            var now = PostScript.Start + (long)(_history + watch.Elapsed).TotalMilliseconds;
            var quiet = Enumerable.Range(0, Watched * QuietPerMinute / 60 / TicksPerSecond).Select(i => posts.Add(now, ((tick * 2) + i) % Watched, ((tick * 2) + i) / Watched % 5 == 0));
            var loud = Enumerable.Range(0, rate / TicksPerSecond).Select(i => posts.Add(now, Watched + (i % (Brands - Watched)), false));
            setting.Source.Write(quiet.Concat(loud));
            if (begun.Count < Watched && watch.Elapsed > length * ((begun.Count + 0.5) / Watched))
            {
                begun[posts.Texts.Brands[begun.Count]] = Stopwatch.GetTimestamp();
                var brand = begun.Count - 1;
                setting.Source.Write(Enumerable.Range(0, AngryPosts).Select(_ => posts.Add(now, brand, true)));
            }

            peak = Math.Max(peak, setting.Engines.PeakMemory);
            var ahead = TimeSpan.FromSeconds((tick + 1.0) / TicksPerSecond) - watch.Elapsed;
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead);
            }
        }

        return (begun, peak);
    }

    private static async Task<long> Mentions(Setting setting)
    {
        await foreach (var row in setting.Database.Query($"SELECT sum(posts) FROM brand_sentiment WHERE graph = '{setting.Names.Graph}'"))
        {
            return long.Parse(row[0], CultureInfo.InvariantCulture);
        }

        return 0;
    }
}
