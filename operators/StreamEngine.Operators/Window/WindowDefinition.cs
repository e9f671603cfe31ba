using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>window</c>: counts mentions per event-time window, brand, channel and language.</summary>
public sealed class WindowDefinition : TwoPhaseDefinition
{
    /// <summary>Columns that windows can be grouped by, in the order of keys.</summary>
    internal static readonly ImmutableArray<string> Groups = ["brand", "channel", "language"];

    internal static readonly Option<TimeSpan?> Size = Option.OptionalDuration("size", "how long a window is; this or 'session' must be given", TimeSpan.FromSeconds(1));

    internal static readonly Option<TimeSpan?> Slide = Option.OptionalDuration(
        "slide", "how far apart windows start; size must be a multiple of it. Left out, windows follow each other without overlap", TimeSpan.FromSeconds(1));

    internal static readonly Option<TimeSpan?> Session = Option.OptionalDuration(
        "session", "instead of size: windows are sessions, which end when no post came for so long; whole seconds", TimeSpan.FromSeconds(1));

    internal static readonly Option<ImmutableArray<string>> By = Option.TextList(
        "by", "what a window is counted for: 'brand', and any of 'channel' and 'language'", Groups);

    internal static readonly Option<TimeSpan> MaxDisorder = Option.Duration(
        "max_disorder", "how much older than its forerunners a post may be; the watermark of a partition is its greatest event time less this", TimeSpan.FromSeconds(5));

    internal static readonly Option<TimeSpan> IdleAfter = Option.Duration(
        "idle_after", "a partition that has been silent for so long, or brought only what cannot be read, no longer holds back the others; it joins again when it speaks", TimeSpan.FromSeconds(30));

    internal static readonly Option<TimeSpan> MaxFuture = Option.Duration(
        "max_future", "posts dated further ahead of the clock than this are dead letters, so that one bad clock cannot close everyone's windows", TimeSpan.FromMinutes(10));

    internal static readonly Option<TimeSpan> Lateness = Option.Duration(
        "lateness", "how long after its end, by the partition's watermark, a window still takes posts; later ones go to the late topic", TimeSpan.FromMinutes(10));

    internal static readonly Option<TimeSpan> Early = Option.Duration(
        "early", "how often windows that are still open are emitted, where they changed; 0 = at every checkpoint. Bounds how soon an alert comes", TimeSpan.FromMilliseconds(100));

    internal static readonly Option<TimeSpan> Retain = Option.Duration(
        "retain", "how long, by the greatest watermark, windows are kept for partitions that are idle and may come back; a partition that is only behind is waited for without limit", TimeSpan.FromHours(6));

    /// <inheritdoc/>
    public override string Name => "window";

    /// <inheritdoc/>
    public override string Summary => "Counts mentions per event-time window, brand, channel and language.";

    /// <inheritdoc/>
    public override string Description => """
        Works in two phases. Beside the source, each partition keeps a slot per window, brand, channel and language with the whole
        aggregate so far and sends the slots that changed; behind the exchange the newest slots of all partitions are added up. Sums,
        classes and scores are exact whatever the order and the batches. Distinct authors are exact up to 64 per window and key, beyond
        that a HyperLogLog with a standard error of 3.25 %.

        Time is event time. A partition's watermark is its greatest event time less max_disorder; that of the whole is the least over all
        partitions that are not idle. Until every partition has spoken, nothing is final. When all are idle, the greatest of their
        watermarks counts: a stream that stops makes final all windows that ended max_disorder before its last post.
        A window is emitted while it is open (is_final 0), when the watermark passes its end (is_final 1), and again when late posts change
        it. A post whose windows all ended 'lateness' or longer before its partition's watermark goes to the late topic; a post dated more
        than max_future ahead of the clock, or without a time, to the dead letters. Each row is the whole window, with a version that only
        grows: writing it twice changes nothing.

        Sessions: with 'session' instead of 'size', a window of a brand, channel and language lasts from its first post's second to its
        last one's plus the gap, over all partitions; a post that links two makes one of them. While a session is open its end moves: rows
        with the same window_start replace each other. Where a post comes before its start, or two become one, the rows under the starts
        that are no more are taken back by a row with posts 0 and a higher version; ClickHouse's views leave those out. Whether a post is
        too late is judged as if it stood alone: the gap after it is over for 'lateness' by its partition's watermark. A late post that
        lets a session go on makes it open again. Neither spikes nor rollup nor filter can follow sessions.

        A partition that comes back after being idle for longer than 'retain' finds its windows closed; what it sends for them is refused,
        counted and logged.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - window:
            size: 1m
            lateness: 10m
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Size, Slide, Session, By, MaxDisorder, IdleAfter, MaxFuture, Lateness, Early, Retain];

    /// <inheritdoc/>
    public override ImmutableArray<StateTableDeclaration> State =>
    [
        new("slots", SlotStore.Format, "first phase: (window, brand, channel, language) → slot"),
        new("samples", SlotStore.Format, "first phase: (window, brand, channel, language) → a sample of the slot's negative posts"),
        new("time", 2, "first phase: greatest event time, what is closed, and what was last said of time"),
        new("merge_slots", SlotStore.Format, "second phase: (source partition + 1, or 0 for the sum of those that are done; window, brand, channel, language) → slot"),
        new("merge_samples", SlotStore.Format, "second phase: as merge_slots → a sample of the slot's negative posts"),
        new("merge_windows", 1, "second phase: (window, brand, channel, language) → version last emitted; a session's start that moved until its row is taken back"),
        new("merge_time", 1, "second phase: watermark of each source partition; of the whole; what is purged"),
    ];

    /// <inheritdoc/>
    public override string StateShape(OptionSet options) => new WindowSettings(options).ToString();

    /// <inheritdoc/>
    public override string ExchangeKey => "brand";

    /// <inheritdoc/>
    public override BatchSchema ExchangeSchema(OptionSet options, BatchSchema input) => WindowColumns.Exchange;

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input)
    {
        var reads = ImmutableArray.CreateBuilder<ColumnDeclaration>();
        reads.Add(new("time", ColumnType.Int64, "event time, ms since 1970"));
        foreach (var group in options.Get(By).Where(Groups.Contains))
        {
            reads.Add(new(group, ColumnType.Dictionary, "grouped by"));
        }

        foreach (var optional in MentionReader.Optional(input))
        {
            reads.Add(optional);
        }

        var shape = options.Get(Session) is { } gap ? new WindowShape(gap, IsSession: true) : new WindowShape(options.Get(Size) ?? TimeSpan.Zero);
        return new OperatorColumns(reads.ToImmutable(), [], WindowColumns.OutputOf(shape));
    }

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        ValidateShape(options, problems);
        var by = options.Get(By);
        foreach (var unknown in by.Where(name => !Groups.Contains(name)))
        {
            problems.Add(new GraphProblem(options.PositionOf(By), $"window: option 'by' cannot hold '{unknown}'{NearestWord.Hint(unknown, Groups)}; it takes brand, channel and language"));
        }

        if (by.Length == 0 || by[0] != "brand" || by.Distinct().Count() != by.Length)
        {
            problems.Add(new GraphProblem(options.PositionOf(By), "window: option 'by' must start with 'brand' and name nothing twice"));
        }

        if (options.Get(Retain) < options.Get(Lateness))
        {
            problems.Add(new GraphProblem(options.PositionOf(Retain), $"window: retain ({Durations.Format(options.Get(Retain))}) must be at least lateness ({Durations.Format(options.Get(Lateness))})"));
        }
    }

    private static void ValidateShape(OptionSet options, ICollection<GraphProblem> problems)
    {
        var (size, slide, session) = (options.Get(Size), options.Get(Slide), options.Get(Session));
        if (size is null && session is null)
        {
            problems.Add(new GraphProblem(options.Position, "window needs the option 'size' (how long a window is) or 'session' (the silence that ends one)"));
        }
        else if (session is { } gap)
        {
            foreach (var other in new[] { Size, Slide }.Where(option => options.Get(option) is not null))
            {
                problems.Add(new GraphProblem(options.PositionOf(other), $"window: '{other.Name}' does not go with 'session': a session is as long as posts come"));
            }

            if (gap.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                problems.Add(new GraphProblem(options.PositionOf(Session), $"window: session ({Durations.Format(gap)}) must be whole seconds"));
            }
        }
        else if (slide is { } step && (size!.Value.Ticks % step.Ticks != 0 || size.Value.Ticks / step.Ticks > 1000))
        {
            problems.Add(new GraphProblem(options.PositionOf(Slide), $"window: size ({Durations.Format(size.Value)}) must be 1 to 1000 times slide ({Durations.Format(step)})"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new SlotWindows(context);

    /// <inheritdoc/>
    public override IOperator CreateMerge(OperatorContext context) => new MergedWindows(context);
}
