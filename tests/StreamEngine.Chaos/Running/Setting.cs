using System.Diagnostics;
using System.Globalization;
using StreamEngine.Chaos.Oracle;
using StreamEngine.Chaos.Posts;

namespace StreamEngine.Chaos.Running;

/// <summary>All that a run needs: Kafka, ClickHouse, the source topic, two engine processes; and the comparison at its end.</summary>
internal sealed class Setting : IAsyncDisposable
{
    private static readonly TimeSpan _donePatience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan _stopPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _finishPatience = TimeSpan.FromMinutes(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly TempFolder _folder = new();
    private readonly Action<string> _progress;
    private readonly IPosts _posts;

    private Setting(IPosts posts, Action<string> progress)
    {
        (_posts, _progress, Database) = (posts, progress, new Database(_folder));
        Names = new Names(RealKafka.UniqueName("chaos"), RealKafka.UniqueName("posts"));
    }

    public Names Names { get; }

    public Database Database { get; }

    public RealKafka Kafka { get; private set; } = null!;

    public ToneTable Tones { get; private set; } = null!;

    public SourceTopic Source { get; private set; } = null!;

    public EnginePair Engines { get; private set; } = null!;

    public Verdict Verdict { get; } = new();

    /// <summary>Starts everything but the engine processes.</summary>
    public static async Task<Setting> Build(IPosts posts, int nodes, int partitions, string? log, Action<string> progress)
    {
        var setting = new Setting(posts, progress);
        try
        {
            setting.Tell($"starting {nodes} Kafka and one ClickHouse; scoring the texts");
            var starting = RealKafka.Start(nodes);
            await setting.Database.Start();
            setting.Tones = await ToneTable.Take(posts.Texts, setting._folder);
            setting.Kafka = await starting;
            setting.Source = new SourceTopic(posts, setting.Names, setting.Kafka.Bootstrap, partitions);
            await setting.Source.Create();
            var arguments = GraphFiles.Write(setting._folder, posts.Texts.Brands, setting.Names, setting.Kafka.Bootstrap, setting.Database.Url);
            setting.Engines = new EnginePair(arguments, log, setting.Verdict);
            return setting;
        }
        catch
        {
            await setting.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells how far the run is.</summary>
    public void Tell(string text) => _progress(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:0.0} s  {text}"));

    /// <summary>Waits until the engine has committed all posts that are in the topic now.</summary>
    /// <param name="meanwhile">Done again and again while it is waited.</param>
    public Task Done(Action? meanwhile = null)
    {
        var ends = Source.Ends();
        return Eventually.Holds(
            () =>
            {
                meanwhile?.Invoke();
                return Source.IsDone(ends);
            },
            () => $"the engine gets to the end of what was written: {string.Join(", ", ends)}; it is at {string.Join(", ", Source.Committed())}\n{Engines.Said}",
            _donePatience);
    }

    /// <summary>Stops the engine processes, lets one more do what is left, and compares everything.</summary>
    /// <param name="expectIncidents">Whether there must be incidents.</param>
    public async Task Compare(bool expectIncidents)
    {
        await Engines.Stop(_stopPatience);
        var ledger = await Engines.Finish(_finishPatience);
        Tell("comparing");
        var oracle = new PostOracle(_posts.Texts.Brands, Tones);
        RecordCheck.Source(Kafka.Bootstrap, Names, _posts, Source.Written, oracle, Verdict);
        RecordCheck.Ledger(ledger, oracle, Verdict);
        await WindowCheck.Run(oracle, Database, Names, Verdict);
        await RecordCheck.SetAside(Kafka.Bootstrap, Names.DeadLetters, "refused_posts", oracle.Dead, _posts, Database, Names, Verdict);
        await RecordCheck.SetAside(Kafka.Bootstrap, Names.Late, "late_posts", oracle.Late, _posts, Database, Names, Verdict);
        var incidents = await AlertCheck.Run(Kafka.Bootstrap, Names, expectIncidents, Database, Verdict);
        Tell($"{Source.Written} posts: {oracle.Dead.Count} dead letters, {oracle.Late.Count} late; {incidents} incidents");
    }

    public async ValueTask DisposeAsync()
    {
        Engines?.Dispose();
        Source?.Dispose();
        Database.Dispose();
        if (Kafka is not null)
        {
            await Kafka.DisposeAsync();
        }

        _folder.Dispose();
    }
}
