using System.Runtime.Intrinsics;
using StreamEngine.Text.Features;
using StreamEngine.Text.Languages;

namespace StreamEngine.Text.Training;

/// <summary>How a language model is trained.</summary>
public sealed record LanguageTrainingOptions
{
    /// <summary>The model's name.</summary>
    /// <value>Defaults to "language".</value>
    public string Name { get; init; } = "language";

    /// <summary>The seed of all chance in training.</summary>
    /// <value>Defaults to 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>How often training goes through the data.</summary>
    /// <value>Defaults to 5.</value>
    public int Epochs { get; init; } = 5;

    /// <summary>Rows of the model as a power of two; 8 bytes each.</summary>
    /// <value>Defaults to 18.</value>
    public int Bits { get; init; } = 18;

    /// <summary>The day that the model's card names, ISO 8601.</summary>
    /// <value>Defaults to empty.</value>
    public string Trained { get; init; } = "";
}

/// <summary>
/// Trains language models: logistic regression on hashed n-grams by stochastic gradient descent (Adagrad). Of each
/// text, training sees a run of words of random length, so that short texts are learned as long ones are.
/// </summary>
public static class LanguageTrainer
{
    private const int Languages = LanguageModel.Languages;
    private const float LearningRate = 0.5f;

    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts; their order matters as the seed does.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <exception cref="ArgumentException">A language has no texts.</exception>
    public static LanguageModel Train(IReadOnlyList<LanguageText> texts, LanguageTrainingOptions options, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        var missing = Enum.GetValues<Language>().Where(language => language != Language.Unknown && texts.All(text => text.Language != language)).ToArray();
        if (missing.Length > 0)
            throw new ArgumentException($"There are no texts in {string.Join(", ", missing.Select(LanguageCode.Of))}.", nameof(texts));
        var random = new Random(options.Seed);
        var descent = new Descent(options.Bits);
        var units = new Unit[64];
        var order = Enumerable.Range(0, texts.Count).ToArray();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle(order);
            for (var i = 0; i < order.Length; i++)
            {
                var done = (epoch + ((double)i / order.Length)) / options.Epochs;
                if ((i & 0xFFF) == 0)
                    progress?.Invoke(done);
                var text = texts[order[i]];
                var count = new PostReader(text.Text).Read(units);
                descent.Step(text, Run(units.AsSpan(0, count), random), (float)(LearningRate * (1 - done)));
            }
        }
        var card = new LanguageModelCard
        {
            Name = options.Name,
            Trained = options.Trained,
            Seed = options.Seed,
            Sets = texts.GroupBy(text => text.Set).ToDictionary(set => set.Key, set => set.Count()),
        };
        using var file = new MemoryStream();
        descent.ToModel(card).Save(file);
        file.Position = 0;
        return LanguageModel.Load(file);
    }

    /// <summary>A third of the steps sees the whole text, the others a run of one to eight of its units.</summary>
    private static ReadOnlySpan<Unit> Run(ReadOnlySpan<Unit> units, Random random)
    {
        if (units.Length < 2 || random.Next(3) == 0)
            return units;
        var length = Math.Min(units.Length, random.Next(1, 9));
        return units.Slice(random.Next(units.Length - length + 1), length);
    }

    private sealed class Descent(int bits)
    {
        private readonly float[] _rows = new float[Languages << bits], _squares = new float[Languages << bits];
        private readonly uint[] _features = new uint[64 * LanguageFeatures.Most];
        private Vector256<float> _bias, _biasSquares;

        public void Step(LanguageText text, ReadOnlySpan<Unit> units, float rate)
        {
            var count = 0;
            foreach (ref readonly var unit in units)
            {
                if (unit.Kind == UnitKind.Word)
                    count += LanguageFeatures.List(text.Text.AsSpan(unit.Start, unit.Length), bits, _features.AsSpan(count));
            }
            if (count == 0)
                return;
            var norm = 1 / MathF.Sqrt(count);
            var sum = Vector256<float>.Zero;
            foreach (var row in _features.AsSpan(0, count))
                sum += Vector256.LoadUnsafe(ref _rows[0], row * Languages);
            var errors = Errors((sum * norm) + _bias, (int)text.Language - 1) * text.Weight;
            Descend(ref _bias, ref _biasSquares, errors, rate * 0.05f);
            errors *= norm;
            foreach (var row in _features.AsSpan(0, count))
            {
                var numbers = Vector256.LoadUnsafe(ref _rows[0], row * Languages);
                var squares = Vector256.LoadUnsafe(ref _squares[0], row * Languages);
                Descend(ref numbers, ref squares, errors, rate);
                numbers.StoreUnsafe(ref _rows[0], row * Languages);
                squares.StoreUnsafe(ref _squares[0], row * Languages);
            }
        }

        public LanguageModel ToModel(LanguageModelCard card)
        {
            // The greatest numbers belong to rare rows that one language alone has: cutting them off costs nothing.
            var sizes = _rows.Where(number => number != 0).Select(MathF.Abs).Order().ToArray();
            var scale = sizes.Length == 0 ? 1 : sizes[(int)(sizes.Length * 0.999)] / 127;
            var bias = new float[Languages];
            _bias.CopyTo(bias);
            return new LanguageModel(bits, scale, bias, [.. _rows.Select(number => (sbyte)Math.Clamp(MathF.Round(number / scale), -127, 127))], card, "");
        }

        private static Vector256<float> Errors(Vector256<float> scores, int language)
        {
            var top = float.NegativeInfinity;
            for (var i = 0; i < Languages; i++)
                top = MathF.Max(top, scores[i]);
            Span<float> odds = stackalloc float[Languages];
            var total = 0f;
            for (var i = 0; i < Languages; i++)
                total += odds[i] = MathF.Exp(scores[i] - top);
            var probabilities = Vector256.Create<float>(odds) / total;
            return probabilities.WithElement(language, probabilities[language] - 1);
        }

        private static void Descend(ref Vector256<float> numbers, ref Vector256<float> squares, Vector256<float> gradient, float rate)
        {
            squares += gradient * gradient;
            numbers -= gradient * rate / (Vector256.Sqrt(squares) + Vector256.Create(1e-6f));
        }
    }
}
