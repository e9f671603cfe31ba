using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>rollup</c>: adds windows up to longer ones.</summary>
public sealed class RollupDefinition : OperatorDefinition
{
    internal static readonly Option<TimeSpan> To = Option.Duration(
        "to", "how long the windows are that it makes, counted from 1970-01-01T00:00Z; a multiple of those that it adds up", null, TimeSpan.FromSeconds(1));

    internal static readonly Option<TimeSpan> Early = Option.Duration(
        "early", "how often windows that are still open are emitted, where they changed; 0 = at every checkpoint", TimeSpan.FromSeconds(10));

    private static readonly ImmutableArray<string> _reads = ["window_start", "window_end", "brand", "channel", "language", "version", "slot"];

    /// <inheritdoc/>
    public override string Name => "rollup";

    /// <inheritdoc/>
    public override string Summary => "Adds windows up to longer ones: minutes to hours, hours to days.";

    /// <inheritdoc/>
    public override string Description => """
        Follows a window, or another rollup, and gives the same rows for windows of the length 'to': per brand, channel and language, at
        the cost of the windows that come in and not of the posts. Sums are added, authors are merged as sets and not summed, samples are
        chosen among those of the parts: a row equals what a window of that size would have counted from the same posts. Only 'late' is
        that of the parts: mentions that came after their own shortest window had ended.

        A part that comes again, in a newer version, takes the place of what it was. So corrections flow through for as long as the
        window before it takes them; what is too late there is missing here as well. Windows are emitted while they are open
        (is_final 0), when the watermark passes their end (is_final 1), and again when a part is corrected. Memory holds, per key and
        window, one sum of all parts that cannot change any more and each part that still can.

        Of hopping windows those are added up that start at a multiple of their size. Sessions cannot be rolled up. A rollup that is
        added to a graph that runs already counts from what the window before it emits from then on.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - window:
            size: 1m
          id: per_minute
        - rollup:
            to: 1h
          id: per_hour
        - rollup:
            to: 1d
          id: per_day
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [To, Early];

    /// <inheritdoc/>
    public override ImmutableArray<StateTableDeclaration> State =>
    [
        new("parts", 1, "(part, window, brand, channel, language) → slot; part 0 is the sum of those that cannot change any more"),
        new("windows", 1, "(window, brand, channel, language) → version last emitted"),
        new("time", 1, "lengths of windows and parts; how far parts are settled; what was last emitted"),
    ];

    /// <inheritdoc/>
    public override string StateShape(OptionSet options) => $"to {Durations.Format(options.Get(To))}";

    /// <inheritdoc/>
    public override OperatorPlacement Placement => OperatorPlacement.Aggregate;

    /// <inheritdoc/>
    public override StreamKind Emits => StreamKind.Windows;

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [.. _reads.Select(name => WindowColumns.Output.Columns[WindowColumns.Output.IndexOf(name)])],
        [],
        WindowColumns.OutputOf(new WindowShape(options.Get(To))));

    /// <inheritdoc/>
    public override void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
        var to = options.Get(To);
        if (input.Windows is { IsSession: true })
        {
            problems.Add(new GraphProblem(options.Position, "rollup cannot follow sessions, which do not end where longer windows do; let it follow a window with 'size' ('from' beside its name)"));
        }
        else if (input.Windows is null)
        {
            problems.Add(new GraphProblem(options.Position, "rollup must follow a window or another rollup, whose windows are of a known length"));
        }
        else if (input.Windows is { } part && (to <= part.Length || to.Ticks % part.Length.Ticks != 0))
        {
            problems.Add(new GraphProblem(options.PositionOf(To), $"rollup: to ({Durations.Format(to)}) must be a multiple of the windows that it adds up ({Durations.Format(part.Length)}), at least 2"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new RollupWindows(context);
}
