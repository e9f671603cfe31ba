using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>
/// Trains mention models on top of a sentiment model: logistic regression on hashed features by stochastic gradient
/// descent (Adagrad), half of the features left out at random in each step.
/// </summary>
public static class MentionTrainer
{
    private const int Classes = MentionModel.Classes, Bits = 18, Epochs = 6;
    private const float LearningRate = 0.1f, DenseRate = 0.02f, Keep = 0.6f;

    /// <summary>Trains a model.</summary>
    /// <param name="posts">Posts with labelled mentions.</param>
    /// <param name="sentiment">The sentiment model that the mention model is to be used with.</param>
    /// <param name="seed">Decides all chance in training.</param>
    /// <exception cref="ArgumentException">There are no mentions.</exception>
    public static MentionModel Train(IReadOnlyList<MentionText> posts, SentimentModel sentiment, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(posts);
        var scorer = new MentionScorer(sentiment);
        var features = new uint[MentionInputs.Most];
        var dense = new float[MentionModel.DenseInputs];
        var rows = new List<(int[] Features, float[] Dense, int Label)>();
        foreach (var post in posts)
        {
            for (var i = 0; i < post.Mentions.Length; i++)
            {
                var count = scorer.Describe(post.Text, post.Mentions, i, features, dense);
                rows.Add(([.. features.AsSpan(0, count).ToArray().Select(feature => (int)(feature >> (32 - Bits)) * Classes)], [.. dense], (int)post.Labels[i]));
            }
        }
        if (rows.Count == 0)
            throw new ArgumentException("There are no mentions to learn from.", nameof(posts));
        var descent = new Descent(new Random(seed));
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new Random(seed + 1);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(order);
            for (var i = 0; i < order.Length; i++)
                descent.Step(rows[order[i]].Features, rows[order[i]].Dense, rows[order[i]].Label, 1 - ((epoch + ((float)i / order.Length)) / Epochs));
        }
        using var file = new MemoryStream();
        descent.ToModel().Save(file);
        file.Position = 0;
        return MentionModel.Load(file);
    }

    private sealed class Descent(Random random)
    {
        private readonly float[] _rows = new float[Classes << Bits], _squares = new float[Classes << Bits];
        private readonly float[] _dense = Start(), _denseSquares = new float[MentionModel.DenseInputs * Classes];
        private int[] _kept = new int[64];

        // Before anything is learned the words around the mention decide.
        private static float[] Start()
        {
            var dense = new float[MentionModel.DenseInputs * Classes];
            for (var c = 0; c < Classes; c++)
                dense[(c * Classes) + c] = 1;
            return dense;
        }

        public void Step(int[] features, float[] dense, int label, float rate)
        {
            if (_kept.Length < features.Length)
                _kept = new int[features.Length];
            var count = 0;
            foreach (var feature in features)
            {
                if (random.NextSingle() < Keep)
                    _kept[count++] = feature;
            }
            var norm = 1 / MathF.Sqrt(Math.Max(1, count));
            Span<float> errors = stackalloc float[Classes];
            errors.Clear();
            foreach (var row in _kept.AsSpan(0, count))
            {
                for (var c = 0; c < Classes; c++)
                    errors[c] += _rows[row + c];
            }
            for (var c = 0; c < Classes; c++)
            {
                errors[c] *= norm;
                for (var i = 0; i < dense.Length; i++)
                    errors[c] += dense[i] * _dense[(i * Classes) + c];
            }
            ToErrors(errors, label);
            for (var c = 0; c < Classes; c++)
            {
                foreach (var row in _kept.AsSpan(0, count))
                    Adagrad.Descend(ref _rows[row + c], ref _squares[row + c], errors[c] * norm, LearningRate * rate);
                for (var i = 0; i < dense.Length; i++)
                    Adagrad.Descend(ref _dense[(i * Classes) + c], ref _denseSquares[(i * Classes) + c], errors[c] * dense[i], DenseRate * rate);
            }
        }

        public MentionModel ToModel()
        {
            var sizes = _rows.Where(number => number != 0).Select(MathF.Abs).Order().ToArray();
            var scale = sizes.Length == 0 ? 1 : sizes[(int)(sizes.Length * 0.999)] / 127;
            return new MentionModel(Bits, scale, _dense, [.. _rows.Select(number => (sbyte)Math.Clamp(MathF.Round(number / scale), -127, 127))], "");
        }

        private static void ToErrors(Span<float> odds, int label)
        {
            var top = MathF.Max(odds[0], MathF.Max(odds[1], odds[2]));
            var total = 0f;
            for (var c = 0; c < Classes; c++)
                total += odds[c] = MathF.Exp(odds[c] - top);
            for (var c = 0; c < Classes; c++)
                odds[c] = (odds[c] / total) - (c == label ? 1 : 0);
        }
    }
}
