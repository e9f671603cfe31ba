using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Operators;

/// <summary><c>sentiment</c>: tells in what tone a post is written.</summary>
public sealed class SentimentDefinition : OperatorDefinition
{
    internal static readonly Option<string?> Model = Option.OptionalPath(
        "model", "a model file of 'streamengine sentiment train', or a zip that ML.NET saved; by default the model that comes with the program");

    internal static readonly Option<ImmutableDictionary<string, string>> Classes = Option.TextMap(
        "classes", "for an ML.NET model whose labels' names do not tell: each label with negative, neutral, positive or ignored");

    internal static readonly Option<string> Target = Option.Choice(
        "target", "whose tone a row gets where a post mentions several brands: 'mention' = what is said of that row's brand, 'post' = that of the whole post", "mention", "mention", "post");

    internal static readonly ColumnDeclaration MentionStart = new("mention_start", ColumnType.Int32, "where a post first mentions the brand, to tell its tone from that of others", Internal: true);

    internal static readonly ColumnDeclaration MentionLength = new("mention_length", ColumnType.Int32, "length of that mention in bytes", Internal: true);

    /// <inheritdoc/>
    public override string Name => "sentiment";

    /// <inheritdoc/>
    public override string Summary => "Tells in what tone a post is written.";

    /// <inheritdoc/>
    public override string Description => """
        Scores each text: the probability of positive less that of negative, and the likeliest of the three classes. The model that comes
        with the program reads Dutch, Italian, Polish, English, German, French, Spanish and Portuguese. ML.NET models (FeaturizeText or
        hashed n-grams with a linear trainer) are read without ML.NET installed and score as they do there; of a binary model the
        probability of its two labels counts as negative and positive. The answer for a post depends on its text alone.

        Behind 'match', a post that mentions several brands has a row for each, and each row gets the tone of what is said of its brand:
        words count for the brand they stand nearest to, clauses and words of contrast ("but", "better than") set apart. A post with one
        brand is scored as a whole, and so is every post by an ML.NET model or with 'target: post'.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - sentiment:
            model: models/complaints.zip
            classes: { complaint: negative, other: neutral, compliment: positive }
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Model, Classes, Target];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [new("text", ColumnType.Utf8, "what the post says"), .. ReadsMentions(options, input) ? [MentionStart, MentionLength] : Array.Empty<ColumnDeclaration>()],
        [
            new("score", ColumnType.Float32, "its tone, from -1 (negative) to 1 (positive)"),
            new("sentiment", ColumnType.Dictionary, "negative, neutral or positive"),
        ]);

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        try
        {
            PostScorer.Create(options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or MLNetModelException)
        {
            problems.Add(new GraphProblem(options.PositionOf(Model), $"sentiment: option 'model': {error.Message}"));
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            problems.Add(new GraphProblem(options.PositionOf(Classes), $"sentiment: option 'classes': {error.Message}"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new SentimentOperator(context, PostScorer.Create(context.Options), ReadsMentions(context.Options, context.Schema));

    private static bool ReadsMentions(OptionSet options, BatchSchema input) =>
        options.Get(Target) == "mention" && input.Has(MentionStart.Name, MentionStart.Type) && input.Has(MentionLength.Name, MentionLength.Type);
}
