using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary><c>match</c>: finds out which brands a post talks about.</summary>
public sealed class MatchDefinition : OperatorDefinition
{
    internal static readonly Option<string> Brands = Option.Path("brands", "the YAML file with the brands and how posts name them");

    /// <inheritdoc/>
    public override string Name => "match";

    /// <inheritdoc/>
    public override string Summary => "Finds out which brands a post talks about.";

    /// <inheritdoc/>
    public override string Description => $"""
        Looks for the brands of a file in each post's text. A post gives one row per brand that it mentions, however often it does, in the
        order of the file; a post without a brand is unmatched and goes no further.

        Upper and lower case and diacritics make no difference ('Żabka' is found in 'ZABKA') unless a brand is case_sensitive; HTML
        entities ('AT&amp;T') and typographic quotes, dashes and spaces ('McDonald’s') never do. Whole words are compared: letters,
        digits and underscores belong to a word, so 'acme' is found in 'acme's', 'l'acme', '#acme' and 'acme-fan', but not in
        'acmefan', '#acme_fan' or in the handle '@acme'; handles are listed as handles. White space and hyphens between words count for
        nothing ('coca cola' is found in 'Coca-Cola'); other signs must be there ('at&t', 'disney+'). Several brands may be found in the
        same place.

        The time it takes hardly depends on the number of keywords. A file that changes is read at the next start.

        {BrandsFile.Format}
        """;

    /// <inheritdoc/>
    public override string Example => """
        - match:
            brands: brands/banks.yaml
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Brands];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [new("text", ColumnType.Utf8, "what the post says")],
        [
            new("brand", ColumnType.Dictionary, "the brand that the post mentions"),
            new("mention_start", ColumnType.Int32, "where it does so first: offset in bytes of the text", Internal: true),
            new("mention_length", ColumnType.Int32, "length of that mention in bytes", Internal: true),
        ]);

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        var path = options.Get(Brands);
        if (File.Exists(path))
        {
            BrandsFile.Read(path, problems);
        }
        else
        {
            problems.Add(new GraphProblem(options.PositionOf(Brands), $"match: the file of option 'brands' does not exist: {path}"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new MatchOperator(context);
}
