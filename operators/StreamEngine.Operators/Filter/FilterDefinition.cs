using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>filter</c>: lets rows through that meet a condition.</summary>
public sealed class FilterDefinition : OperatorDefinition
{
    internal static readonly Option<string> Where = Option.Text("where", "the condition that a row must meet to go on");

    /// <inheritdoc/>
    public override string Name => "filter";

    /// <inheritdoc/>
    public override string Summary => "Lets rows through that meet a condition.";

    /// <inheritdoc/>
    public override string Description => """
        A row goes on if the condition holds; otherwise it is removed, and a record none of whose rows goes on is unmatched.

        A condition compares a column with a value:

            language == nl                   also !=, and for numbers <  <=  >  >=
            brand in [Acme, 'Bolt & Co']     also: not in
            text contains 'refund'           also: starts_with, ends_with
            author is absent                 also: is present
            time >= 2026-03-01T00:00:00Z     ISO 8601 or ms since 1970

        Times are read as 'decode' reads them: without a zone they are UTC, and eight digits that begin with 19 or 20 are a date
        (20260301). Other numbers are ms. Columns of times are time, window_start, window_end, first_event and last_event.

        Conditions are joined by 'and', 'or', 'not' and parentheses; 'not' binds closest, then 'and'. Texts that are more than one word
        stand in single or double quotes. Texts are compared byte by byte: case counts. Every comparison with an absent value is false.

        Behind windows a condition is refused that can hold for a window and no longer hold when the window has grown: of each window
        the newest row counts, and the filter would hold it back and leave the older one standing. So what a window is of (brand,
        channel, language, window_start, window_end) may be compared in any way, what only grows (posts, negative, neutral, positive,
        reach, late, last_event) by > and >=, and is_final by == 1.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - filter:
            where: language in [nl, it] and reach >= 100 and not brand == 'Acme'
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Where];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input)
    {
        var parser = new ConditionParser(options.Get(Where), input);
        return new OperatorColumns(parser.TryParse(out _) ? [.. parser.Columns] : [], []);
    }

    /// <inheritdoc/>
    public override void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
        if (input.Windows is { IsSession: true })
        {
            problems.Add(new GraphProblem(options.Position, "filter cannot follow sessions: it would hold up the rows that take others back; filter the posts before the window, or where the sessions are read"));
        }

        var parser = new ConditionParser(options.Get(Where), input);
        if (!parser.TryParse(out var condition))
        {
            problems.Add(new GraphProblem(options.PositionOf(Where), $"filter: option 'where', character {parser.ErrorPosition + 1}: {parser.Error}"));
        }
        else if (input.Windows is { IsSession: false } && condition.Turns.HasFlag(Turns.ToFalse))
        {
            problems.Add(new GraphProblem(options.PositionOf(Where), "filter: this can hold for a window and no longer hold when the window has grown; sinks would then keep its older row. Behind windows compare brand, channel, language, window_start and window_end as you like, posts, negative, neutral, positive, reach, late and last_event by > or >=, is_final by == 1; filter by others where the rows are read"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new FilterOperator(context);
}
