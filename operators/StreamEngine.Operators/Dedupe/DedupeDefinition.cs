using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>dedupe</c>: lets each post through once.</summary>
public sealed class DedupeDefinition : OperatorDefinition
{
    private const string Channel = "channel";
    private const string Time = "time";

    private static readonly ImmutableArray<string> _channelAndId = [Channel, "id"];

    /// <summary>Columns that tell mentions of one post apart.</summary>
    private static readonly ImmutableArray<string> _ofMentions = ["brand", "sentiment"];

    internal static readonly Option<TimeSpan> Within = Option.Duration(
        "within", "how long a post is remembered after it came, by the partition's event time; at least so long, and at most an eighth longer", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));

    internal static readonly Option<ImmutableArray<string>> By = Option.TextList(
        "by", "the columns that name a post: posts that are alike in all of them are one. The default goes without the channel where there is no such column", _channelAndId);

    internal static readonly Option<long> MaxPosts = Option.Integer(
        "max_posts", "how many posts a partition remembers at the most; beyond that the oldest eighth is forgotten early. 20 to 32 bytes each", 10_000_000, 8, 100_000_000);

    internal static readonly Option<TimeSpan> MaxFuture = Option.Duration(
        "max_future", "posts dated further ahead of the clock than this do not move the partition's event time; give it the value that 'window' has", TimeSpan.FromMinutes(10));

    /// <inheritdoc/>
    public override string Name => "dedupe";

    /// <inheritdoc/>
    public override string Summary => "Lets each post through once: copies that crawlers and retrying producers write are removed.";

    /// <inheritdoc/>
    public override string Description => """
        Of posts with the same channel and id (option 'by') the first one in the partition's order goes on. Those that follow within
        'within' are removed and end as unmatched; 'duplicate' among the operator's own counts says how many (metric
        streamengine_operator_counts_total). Their other columns do not matter: a post that was edited and written again is a duplicate.

        Within one source partition: partitions share nothing, so a copy in another one is not found. Producers that key records by the
        post's id or author put copies into the same partition; ones without keys, or with one per crawler, do not.

        Time is the partition's event time, the greatest so far of its posts (max_future). A post is remembered from when it came, whatever
        its own time is: so copies of late posts are found too. What is removed depends on the order of the partition alone, not on
        batches or restarts, and on the clock only where posts are dated in the future; what is remembered is state, and stored in the
        checkpoint that the post is in.
        Behind 'match' a post is judged once, whatever number of brands it is about, and posts about none are not remembered.

        A post without an id goes on, and is counted as 'without_id': one that decode gave 'PARTITION-OFFSET', or where a column of
        'by' is absent or empty. Columns with few values (channel, language) may be absent: that is a value like another.

        Names are kept as hashes of 64 bits. A post is taken for another one with odds of the number remembered to 1.8e19: with 10
        million remembered, once in 1.8e12 posts. State is 8 bytes a post, in entries of up to 256 posts: a checkpoint writes what is
        new and at most 2 KB more. It is deleted an eighth of 'within' at a time.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - dedupe:
            within: 6h
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Within, By, MaxPosts, MaxFuture];

    /// <inheritdoc/>
    public override ImmutableArray<StateTableDeclaration> State =>
    [
        new("time", SeenTables.Version, "the partition's event time, and what was counted"),
        new("names", SeenTables.Version, "(bucket of event time, block) → hashes of the names of posts that came in it"),
    ];

    /// <inheritdoc/>
    public override string StateShape(OptionSet options) => $"by [{string.Join(", ", options.Get(By))}]";

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input)
    {
        var names = ColumnsOf(options, input).Where(name => name != Time).Distinct()
            .Select(name => new ColumnDeclaration(name, input.IndexOf(name) is var i and >= 0 ? input.Columns[i].Type : ColumnType.Utf8, "names a post"));
        // Records without an event time would be remembered for ever. Of windows, which have none, ValidateColumns says more.
        return new(input.Windows is null ? [.. names, new(Time, ColumnType.Int64, "event time, ms since 1970")] : [.. names], []);
    }

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        var by = options.Get(By);
        if (by.Length == 0 || by.Distinct().Count() != by.Length)
        {
            problems.Add(new GraphProblem(options.PositionOf(By), "dedupe: option 'by' must name at least one column, and none twice"));
        }

        foreach (var name in by.Where(_ofMentions.Contains))
        {
            problems.Add(new GraphProblem(options.PositionOf(By), $"dedupe: option 'by' cannot hold '{name}': a post about several brands has one for each, and is one post"));
        }
    }

    /// <inheritdoc/>
    public override void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
        if (input.Windows is not null)
        {
            problems.Add(new GraphProblem(options.Position, "dedupe takes posts and cannot follow windows: of a window the newest row counts; put it behind decode"));
            return;
        }

        foreach (var column in input.Columns.Where(c => options.Get(By).Contains(c.Name) && c.Type is not (ColumnType.Utf8 or ColumnType.Dictionary or ColumnType.Int64)))
        {
            problems.Add(new GraphProblem(options.PositionOf(By), $"dedupe: option 'by' cannot hold '{column.Name}': it takes texts, whole numbers and times"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new DedupeOperator(context);

    /// <summary>The columns that name a post.</summary>
    internal static ImmutableArray<string> ColumnsOf(OptionSet options, BatchSchema input)
    {
        var by = options.Get(By);
        return by.SequenceEqual(_channelAndId) && input.IndexOf(Channel) < 0 ? by.Remove(Channel) : by;
    }
}
