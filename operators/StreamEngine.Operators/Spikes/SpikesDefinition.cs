using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>spikes</c>: turns a rise of negative posts about a brand into alerts.</summary>
public sealed class SpikesDefinition : OperatorDefinition
{
    internal static readonly Option<long> MinNegative = Option.Integer(
        "min_negative", "the fewest negative posts that can open an incident", 10, 1);

    internal static readonly Option<double> AlertBudget = Option.Number(
        "alert_budget", "how many incidents a week and brand may be opened by chance; less makes the detector stricter", 1, 1e-6, 1000);

    internal static readonly Option<double> ShareRise = Option.Number(
        "share_rise", "how far the share of negative posts must have risen from usual towards all of them, 0 to 1; 0 leaves only the test of chance", 0.05, 0, 1);

    internal static readonly Option<double> CopyWeight = Option.Number(
        "copy_weight", "how much a near-copy of another author's negative post counts, 0 to 1; 1 = fully", 0.25, 0, 1);

    internal static readonly Option<double> RepeatWeight = Option.Number(
        "repeat_weight", "how much an author's further negative posts count, 0 to 1; 1 = fully", 0, 0, 1);

    internal static readonly Option<bool> Praise = Option.Flag(
        "praise", "whether waves of positive posts are told too, as alerts of kind 'praise'; min_negative and share_rise then go by positive posts");

    internal static readonly Option<TimeSpan> Warmup = Option.Duration(
        "warmup", "how long the stream is watched before the first incident can open, in event time", TimeSpan.FromMinutes(30));

    internal static readonly Option<TimeSpan> History = Option.Duration(
        "history", "how far back the usual level looks: what is so long ago counts half", TimeSpan.FromDays(7), TimeSpan.FromHours(2));

    internal static readonly Option<TimeSpan> ResolveAfter = Option.Duration(
        "resolve_after", "an incident is resolved when nothing was elevated for so long", TimeSpan.FromMinutes(15));

    internal static readonly Option<TimeSpan> Cooldown = Option.Duration(
        "cooldown", "after an incident is resolved, no other opens for the same brand for so long; spikes meanwhile are counted as suppressed", TimeSpan.FromMinutes(30));

    private static readonly ImmutableArray<string> _reads =
        ["window_start", "window_end", "brand", "channel", "language", "posts", "negative", "positive", "first_event", "last_event", "version", "evidence"];

    /// <inheritdoc/>
    public override string Name => "spikes";

    /// <inheritdoc/>
    public override string Summary => "Turns a sudden or slow rise of negative posts about a brand into alerts.";

    /// <inheritdoc/>
    public override string Description => """
        Adds up the negative posts of a brand over channels and languages per window, also while windows are open, and judges them on
        six horizons at once (about 1, 3, 8, 20, 50 and 144 windows: the sudden and the slow), and by a cumulative sum for a rise that
        lasts, against what is usual for the brand: a level that incidents do not move, the hour of the week (pooled over brands until the
        brand's own is known), how the time before was, how busy its other posts are, and counts that spread more than chance (negative
        binomial). An incident opens when that exceeds the
        brand's own threshold (alert_budget), there are at least min_negative, and their share of all posts has risen too: a wave of praise
        is no crisis. It escalates when it is at least two grades more severe than was last told, at most once per window; it is resolved
        when nothing was elevated for resolve_after, and then none opens for cooldown. docs/alerts.md has the method. Of hopping windows those are looked
        at that start at a multiple of their size.

        Posts that say the same again count less: near-copies of a text by other authors by copy_weight, further posts of an author within
        about an hour by repeat_weight. Each alert tells the terms that its negative posts have and the brand's usually have not, up to five
        of the posts, and which shares of them are near-copies and by the three loudest authors.

        All of it goes by event time. An incident's id comes from graph, operator, brand and opening window, so replays give the same.
        Rows that correct a window after it was final are passed over. Where the source ends, open incidents stay open.
        Each alert is a JSON document (schemas/alert.v1.json) and goes out once per state change.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - spikes:
            min_negative: 10
            cooldown: 30m
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [MinNegative, AlertBudget, ShareRise, CopyWeight, RepeatWeight, Praise, Warmup, History, ResolveAfter, Cooldown];

    /// <inheritdoc/>
    public override ImmutableArray<StateTableDeclaration> State =>
    [
        new("brands", 4, "brand → level, spread and sums of each kind, last closed buckets, incidents"),
        new("hours", 1, "(brand, day of the week) → how busy its hours are"),
        new("days", 3, "(brand, kind) → the largest surprises of the last four weeks"),
        new("buckets", 2, "(brand, bucket, channel, language) → newest row of a bucket that is not closed"),
        new("time", 2, "bucket size, the first bucket of all, and the hours pooled over brands"),
        .. EvidenceBook.State,
    ];

    /// <inheritdoc/>
    public override OperatorPlacement Placement => OperatorPlacement.Aggregate;

    /// <inheritdoc/>
    public override StreamKind Emits => StreamKind.Alerts;

    /// <summary>The columns of what is emitted.</summary>
    internal static BatchSchema Output { get; } = new(
        new ColumnDeclaration("brand", ColumnType.Dictionary, "the brand"),
        new ColumnDeclaration("alert", ColumnType.Utf8, "the alert, a JSON document as schemas/alert.v1.json describes"));

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [
            .. _reads.Select(name => WindowColumns.Output.Columns[WindowColumns.Output.IndexOf(name)]),
        ],
        [],
        Output);

    /// <inheritdoc/>
    public override void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
        if (input.Windows is { IsSession: true })
        {
            problems.Add(new GraphProblem(options.Position, "spikes cannot follow sessions, which are of no fixed length to be compared by; let it follow a window with 'size' ('from' beside its name)"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new SpikeWatch(context);
}
