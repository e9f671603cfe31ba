using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Text.Languages;

namespace StreamEngine.Operators;

/// <summary><c>language</c>: tells the language of posts that do not say it.</summary>
public sealed class LanguageDefinition : OperatorDefinition
{
    internal static readonly Option<bool> Overwrite =
        Option.Flag("overwrite", "whether to go by the text even where the post says its language");

    internal static readonly Option<double> MinProbability = Option.Number(
        "min_probability", "how likely a language must be; below that the post's language is absent", 0.3, LanguageIdentifier.LeastProbability, 1);

    internal static readonly Option<string?> Model =
        Option.OptionalPath("model", "a language model file; by default the one that comes with the program");

    private static readonly SharedByFile<LanguageModel> _models = new(LanguageModel.Load);
    private static readonly Lazy<LanguageModel> _default = new(LanguageModel.LoadDefault, LazyThreadSafetyMode.PublicationOnly);

    /// <inheritdoc/>
    public override string Name => "language";

    /// <inheritdoc/>
    public override string Summary => "Tells the language of posts that do not say it.";

    /// <inheritdoc/>
    public override string Description => $"""
        Fills the column 'language' where it is absent, by the words of the text: {string.Join(", ", LanguageCode.All.Skip(1))} (ISO 639-1).
        What a post says of itself is kept unless 'overwrite' is set. A text without words, or in none of these languages, stays without
        a language. After 'match' it only has to read the posts that mention a brand.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - language:
            min_probability: 0.5
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Overwrite, MinProbability, Model];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input)
    {
        var language = new ColumnDeclaration("language", ColumnType.Dictionary, "its language, ISO 639; may be absent");
        var text = new ColumnDeclaration("text", ColumnType.Utf8, "what the post says");
        return new OperatorColumns(options.Get(Overwrite) ? [text] : [text, language], [language]);
    }

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        try
        {
            Load(options);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            problems.Add(new GraphProblem(options.PositionOf(Model), $"language: option 'model': {error.Message}"));
        }
    }

    /// <inheritdoc/>
    public override string ModelVersion(OptionSet options) => Load(options).Hash[..12];

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new LanguageOperator(context, Load(context.Options));

    private static LanguageModel Load(OptionSet options) => options.Get(Model) is { } path ? _models.Get(path) : _default.Value;
}
