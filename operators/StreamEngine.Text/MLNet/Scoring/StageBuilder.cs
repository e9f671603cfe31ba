namespace StreamEngine.Text.MLNet;

/// <summary>Turns the columns that the features need into steps with buffers of their own; a column that several others need becomes one step.</summary>
internal sealed class StageBuilder
{
    private const int MaxDepth = 64;
    private readonly string _file;
    private readonly int _maxFeatures;
    private readonly Dictionary<Column, Stage> _made = new(ReferenceEqualityComparer.Instance);
    private readonly List<Stage> _steps = [];
    private int _depth;
    private string? _inputColumn;

    private StageBuilder(string file, int maxFeatures)
    {
        _file = file;
        _maxFeatures = maxFeatures;
    }

    /// <summary>Builds the steps for one scorer.</summary>
    public static FeatureSteps Build(string file, Predictor predictor, MLNetModelLimits limits)
    {
        var builder = new StageBuilder(file, limits.MaxFeatures);
        var features = builder.Vector(predictor.Features, predictor.Origin);
        if (builder._inputColumn is null || builder._made.Values.OfType<InputStage>().FirstOrDefault() is not { } input)
            throw predictor.Origin.Error("its features do not come from a text column");
        if (features.Size != predictor.Weights.Features)
            throw predictor.Origin.Error($"the text yields {features.Size} features, the predictor has weights for {predictor.Weights.Features}");
        if ((long)features.Size * predictor.Weights.Classes > limits.MaxWeights)
            throw predictor.Origin.Error($"{(long)features.Size * predictor.Weights.Classes:N0} weights, more than the {limits.MaxWeights:N0} allowed (raise {nameof(MLNetModelLimits)}.{nameof(MLNetModelLimits.MaxWeights)})");
        return new FeatureSteps(builder._inputColumn, input, [.. builder._steps], features);
    }

    private TextStage Text(Column column, ModelComponent reader) => Make<TextStage>(column, reader, "text", () => column switch
    {
        InputColumn input => Input(input, reader),
        FoldedText folded => new FoldStage(Text(folded.Text, folded.Origin), folded.Fold),
        _ => null,
    });

    private InputStage Input(InputColumn input, ModelComponent reader)
    {
        if (_inputColumn is not null)
            throw reader.Error($"the features come from two columns, \"{_inputColumn}\" and \"{input.Name}\"; models on one text column are supported");
        _inputColumn = input.Name;
        return new InputStage();
    }

    private WordStage Words(Column column, ModelComponent reader) => Make<WordStage>(column, reader, "words", () => column switch
    {
        WordColumn words => new WordStage(Text(words.Text, words.Origin), words.Separators),
        _ => null,
    });

    private KeyStage Keys(Column column, ModelComponent reader) => Make<KeyStage>(column, reader, "keys of words or characters", () => column switch
    {
        TermColumn terms => new TermStage(Words(terms.Words, terms.Origin), terms.Terms),
        HashedWordColumn hashed => new HashedWordStage(Words(hashed.Words, hashed.Origin), hashed.Bits, hashed.Seed),
        CharColumn chars => new CharStage(Text(chars.Text, chars.Origin), chars.Markers),
        _ => null,
    });

    private VectorStage Vector(Column column, ModelComponent reader) => Make<VectorStage>(column, reader, "a vector of n-grams", () => column switch
    {
        GramColumn grams => new DictionaryGramStage(Keys(grams.Keys, Sized(grams.Origin, grams.Grams.Slots)), grams.Grams),
        HashedGramColumn hashed => new HashedGramStage(Keys(hashed.Keys, Sized(hashed.Origin, hashed.Hash.Slots)), hashed.Hash),
        ScaledColumn scaled => new ScaleStage(Vector(scaled.Vector, scaled.Origin), scaled.Norm, scaled.Scale),
        JoinedColumn joined => Join(joined),
        _ => null,
    });

    private ModelComponent Sized(ModelComponent origin, long features) => features <= _maxFeatures
        ? origin
        : throw origin.Error($"{features:N0} features, more than the {_maxFeatures:N0} allowed (raise {nameof(MLNetModelLimits)}.{nameof(MLNetModelLimits.MaxFeatures)})");

    private JoinStage Join(JoinedColumn joined)
    {
        if (joined.Vectors.Count == 0)
            throw joined.Origin.Error("it joins no columns");
        var vectors = joined.Vectors.Select(vector => Vector(vector, joined.Origin)).ToList();
        Sized(joined.Origin, vectors.Sum(vector => (long)vector.Size));
        return new JoinStage(vectors);
    }

    private TStage Make<TStage>(Column column, ModelComponent reader, string expected, Func<Stage?> make)
        where TStage : Stage
    {
        if (_made.TryGetValue(column, out var known))
            return known as TStage ?? throw Mismatch(column, reader, expected);
        if (++_depth > MaxDepth)
            throw new MLNetModelException(_file, reader.Path, $"columns are built on columns more than {MaxDepth} deep");
        if (make() is not TStage stage)
            throw Mismatch(column, reader, expected);
        _depth--;
        _made.Add(column, stage);
        _steps.Add(stage);
        return stage;
    }

    private static MLNetModelException Mismatch(Column column, ModelComponent reader, string expected)
    {
        var found = column switch
        {
            InputColumn input => $"the input column \"{input.Name}\"",
            MadeColumn made => $"what {made.Origin.Path} ({made.Origin.Loader}) makes",
            _ => "another column",
        };
        return reader.Error($"expects {expected}, but reads {found}");
    }
}

/// <summary>The steps from a text to its features, with the buffers of one scorer.</summary>
/// <param name="InputColumn">Name of the text column in the model.</param>
/// <param name="Input">Where the text goes in.</param>
/// <param name="Steps">All steps in the order in which they run.</param>
/// <param name="Features">The step that gives the features.</param>
internal sealed record FeatureSteps(string InputColumn, InputStage Input, Stage[] Steps, VectorStage Features);
