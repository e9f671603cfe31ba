using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators.MLNet;

/// <summary><c>mlnet</c>: tells the tone of posts with any classifier that ML.NET saved, run by ML.NET itself.</summary>
public sealed class MLNetDefinition : OperatorDefinition
{
    internal static readonly Option<string> Model = Option.Path("model", "a zip that ML.NET saved: any pipeline that ends in a binary or multiclass classifier");

    internal static readonly Option<ImmutableDictionary<string, string>> Inputs = Option.TextMap(
        "inputs", "each input column of the model with the column of the batch that fills it; by default columns of the same name, and 'text' for the only input of type text");

    internal static readonly Option<ImmutableDictionary<string, string>> Classes = Option.TextMap(
        "classes", "for labels whose names do not tell: each label with negative, neutral, positive or ignored");

    /// <inheritdoc/>
    public override string Name => "mlnet";

    /// <inheritdoc/>
    public override string Summary => "Tells the tone of posts with any classifier that ML.NET saved.";

    /// <inheritdoc/>
    public override string Description => """
        Runs the pipeline through the package Microsoft.ML, a batch at a time: any transforms and any trainer. Fills the columns that
        'sentiment' fills. Text classifiers with a linear trainer run several times faster, and without the package, in 'sentiment'.

        Probabilities are those of the pipeline. Where a binary one has none, the logistic function of its score stands in; where the
        scores of several classes do not add up to 1, they are divided by their sum, or, where one is negative, put through softmax.
        ML.NET allocates memory per post; the columns that it reads are handed over without a copy but for texts, which it wants in UTF-16.
        """;

    /// <inheritdoc/>
    public override string Example => """
        - mlnet:
            model: models/complaints.zip
            inputs: { Message: text, Followers: reach }
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [Model, Inputs, Classes];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new(
        [.. options.Get(Inputs).Values.Append("text").Distinct().Order(StringComparer.Ordinal).Select(name => Declared(name, input))],
        [
            new("score", ColumnType.Float32, "its tone, from -1 (negative) to 1 (positive)"),
            new("sentiment", ColumnType.Dictionary, "negative, neutral or positive"),
        ]);

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        try
        {
            MLNetPipeline.Load(options);
        }
        catch (MLNetPipelineException error)
        {
            problems.Add(new GraphProblem(options.PositionOf(Model), $"mlnet: {error.Message}"));
        }
    }

    /// <inheritdoc/>
    public override void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
        try
        {
            MLNetPipeline.Load(options).Bind(input, options.Get(Inputs));
        }
        catch (MLNetPipelineException error)
        {
            problems.Add(new GraphProblem(options.PositionOf(Inputs), $"mlnet: {error.Message}"));
        }
    }

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new MLNetOperator(context, MLNetPipeline.Load(context.Options));

    private static ColumnDeclaration Declared(string name, BatchSchema input) =>
        input.IndexOf(name) is >= 0 and var i ? input.Columns[i] : new ColumnDeclaration(name, ColumnType.Utf8, "an input of the model");
}
