using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>Both phases of <c>window</c> over some source partitions, with roll-ups behind, in virtual time: posts of one brand, told by their second.</summary>
internal sealed class WindowPipeline : IDisposable
{
    private readonly Dictionary<string, object?> _options;
    private readonly List<OperatorHarness> _first = [];
    private readonly List<long> _offsets = [];
    private readonly AggregateChain _chain;
    private readonly ManualTime _time = new(Mentions.Now);
    private readonly List<List<WindowRow>> _rows;
    private int _announced;

    public WindowPipeline(Dictionary<string, object?> options, int partitions = 1, params string[] rollups)
    {
        _options = options;
        _announced = partitions;
        _chain = new AggregateChain(options, rollups, _time);
        _rows = [.. Enumerable.Range(0, rollups.Length + 1).Select(_ => new List<WindowRow>())];
        for (var i = 0; i < partitions; i++)
        {
            AddPartition();
        }
    }

    /// <summary>The clock's time as a second of the posts.</summary>
    public const double Now = 86_400;

    /// <summary>Second 0 of the posts, in ms.</summary>
    public static long T0 { get; } = Mentions.Now.ToUnixTimeMilliseconds() - 86_400_000;

    public AggregateChain Aggregate => _chain;

    /// <summary>All rows emitted, in order, their times as seconds.</summary>
    public IReadOnlyList<Shown> Emitted(int level = 0) => [.. _rows[level].Select(Shown.From)];

    /// <summary>What a reader of the view sees: the newest row of each start that was not taken back.</summary>
    public IReadOnlyList<Shown> View(int level = 0) =>
        [.. _rows[level].GroupBy(row => row.Start).Select(g => Shown.From(g.MaxBy(row => row.Version)!)).Where(row => row.Posts > 0).OrderBy(row => row.Start)];

    /// <summary>The first phase of a partition.</summary>
    public OperatorHarness First(int partition) => _first[partition];

    /// <summary>Starts the first phase of one more partition; the others learn of it when they are started again.</summary>
    public void AddPartition()
    {
        _announced = Math.Max(_announced, _first.Count + 1);
        _first.Add(Start(_first.Count, null));
        _offsets.Add(0);
    }

    /// <summary>The source gets another partition, and all tasks start again from their last cut; the new one's has not started yet.</summary>
    public void AnnouncePartition()
    {
        _announced++;
        for (var partition = 0; partition < _first.Count; partition++)
        {
            var state = _first[partition].State;
            _first[partition].Dispose();
            _first[partition] = Start(partition, state);
        }

        _chain.Crash();
    }

    public void Post(int partition, params double[] seconds)
    {
        foreach (var second in seconds)
        {
            _first[partition].Silence = TimeSpan.Zero;
            _first[partition].Push(Mentions.Batch(_first[partition], [new Post(_offsets[partition]++, T0 + (long)(second * 1000), new Mention("Acme", "web", "nl", $"author {second}", "slecht", -1, -0.5f, 1))]));
        }
    }

    public void Silence(int partition, TimeSpan silence) => _first[partition].Silence = silence;

    /// <summary>A cut through everything, with time enough for open windows to be shown.</summary>
    public void Cut(params int[] partitions)
    {
        foreach (var partition in partitions.Length > 0 ? partitions : [.. Enumerable.Range(0, _first.Count)])
        {
            var sent = new List<Exchanged>();
            _first[partition].Cut(batch => sent.Add(new Exchanged(batch)));
            sent.ForEach(_chain.Push);
        }

        _time.Advance(TimeSpan.FromSeconds(20));
        foreach (var (rows, level) in _chain.Cut().Select((rows, level) => (rows, level)))
        {
            _rows[level].AddRange(rows);
        }
    }

    public void Dispose()
    {
        _first.ForEach(first => first.Dispose());
        _chain.Dispose();
    }

    private OperatorHarness Start(int partition, StoredState? state) => new(
        new WindowDefinition(),
        _options,
        new HarnessSetting { Input = Mentions.Schema, Partition = partition, PartitionCount = _announced, Time = _time, State = state });
}

/// <summary>A row with times in seconds since <see cref="WindowPipeline.T0"/>.</summary>
internal sealed record Shown(double Start, double End, long Posts, bool IsFinal)
{
    public static Shown From(WindowRow row) => new((row.Start - WindowPipeline.T0) / 1000.0, (row.End - WindowPipeline.T0) / 1000.0, row.Posts, row.IsFinal);
}
