using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>
/// What the words and clause features of the reference sets say by themselves: logistic regression without n-grams,
/// hidden units or the other sets, by stochastic gradient descent (Adagrad). It fits the reference sets closer than
/// networks that learn from everything, and errs elsewhere; in the model its numbers are added to theirs.
/// </summary>
internal sealed class ReferencePart
{
    private const int Classes = SentimentWeights.Classes;
    private const float LearningRate = 0.15f, BiasRate = 0.1f;

    private readonly TrainingCorpus _corpus;
    private readonly float[] _rows, _squares, _biasSquares = new float[Classes];

    private ReferencePart(TrainingCorpus corpus)
    {
        _corpus = corpus;
        _rows = new float[(corpus.Frequencies.Length + corpus.ClauseKeys.Length) * Classes];
        _squares = new float[_rows.Length];
    }

    public float[] Bias { get; } = new float[Classes];

    /// <summary>Learns from the reference sets of a corpus; all zero where there are none.</summary>
    public static ReferencePart Train(TrainingCorpus corpus, DataSets sets, SentimentTrainingOptions options, CancellationToken cancellation)
    {
        var part = new ReferencePart(corpus);
        Example[] examples =
        [
            .. Enumerable.Range(0, corpus.Count).Where(text => corpus.Texts[text].IsReference && !sets.TwoClasses[sets.OfText[text]])
                .Select(text => part.Read(corpus.FeaturesOf(text), corpus.Clauses(text)) with { Label = (int)corpus.Texts[text].Label, Weight = sets.Weights[text] }),
        ];
        var random = new Random(options.Seed);
        for (var epoch = 0; epoch < options.ReferenceEpochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            random.Shuffle(examples);
            for (var i = 0; i < examples.Length; i++)
                part.Step(examples[i], 1 - ((epoch + ((float)i / examples.Length)) / options.ReferenceEpochs));
        }
        return part;
    }

    /// <summary>What a unit feature or grade adds to the three classes; 0 for n-grams and grades.</summary>
    public ReadOnlySpan<float> Row(int feature) => _rows.AsSpan(feature * Classes, Classes);

    /// <summary>What a clause feature adds to the three classes.</summary>
    public ReadOnlySpan<float> ClauseRow(int clause) => Row(_corpus.Frequencies.Length + clause);

    /// <summary>The classes' scores of a text by all its features, as <see cref="TrainingCorpus.Describe"/> lists them.</summary>
    public void Score(ReadOnlySpan<int> features, ReadOnlySpan<int> clauses, Span<float> scores) => Forward(Read(features, clauses), scores);

    // A text's length is that of all its features, as it is in the model that this becomes a part of.
    private Example Read(ReadOnlySpan<int> features, ReadOnlySpan<int> clauses)
    {
        var rows = new List<int>();
        var values = new List<float>();
        var square = 0f;
        foreach (var feature in features)
            Add(feature, _corpus.Frequencies[feature], _corpus.IsWord[feature]);
        foreach (var clause in clauses)
        {
            if (clause >= 0)
                Add(_corpus.Frequencies.Length + clause, _corpus.ClauseFrequencies[clause], true);
        }
        var norm = square == 0 ? 0 : 1 / MathF.Sqrt(square);
        return new Example([.. rows], [.. values.Select(value => value * norm)]);

        void Add(int row, byte steps, bool counts)
        {
            var frequency = steps * SentimentWeights.FrequencyStep;
            square += frequency * frequency;
            if (!counts)
                return;
            rows.Add(row * Classes);
            values.Add(frequency);
        }
    }

    private void Forward(in Example example, Span<float> scores)
    {
        Bias.CopyTo(scores);
        for (var i = 0; i < example.Rows.Length; i++)
        {
            for (var c = 0; c < Classes; c++)
                scores[c] += _rows[example.Rows[i] + c] * example.Values[i];
        }
    }

    private void Step(in Example example, float left)
    {
        Span<float> errors = stackalloc float[Classes];
        Forward(example, errors);
        SentimentNetwork.Errors(errors, example.Label, twoClasses: false, example.Weight);
        for (var c = 0; c < Classes; c++)
        {
            for (var i = 0; i < example.Rows.Length; i++)
                Adagrad.Descend(ref _rows[example.Rows[i] + c], ref _squares[example.Rows[i] + c], errors[c] * example.Values[i], LearningRate * left);
            Adagrad.Descend(ref Bias[c], ref _biasSquares[c], errors[c], LearningRate * BiasRate * left);
        }
    }

    /// <summary>A text: where its rows start, and what each counts.</summary>
    private readonly record struct Example(int[] Rows, float[] Values)
    {
        public int Label { get; init; }

        public float Weight { get; init; }
    }
}
