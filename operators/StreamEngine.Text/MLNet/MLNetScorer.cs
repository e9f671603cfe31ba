namespace StreamEngine.Text.MLNet;

/// <summary>
/// Scores posts with a model. It owns the buffers for one post at a time: use one scorer per thread. Once the buffers
/// have grown to the longest post, scoring allocates nothing. The answer for a post does not depend on its batch.
/// </summary>
public sealed class MLNetScorer
{
    private readonly MLNetModel _model;
    private readonly FeatureSteps _steps;
    private readonly float[] _weights;
    private readonly MLNetSentiment[]? _classes;
    private readonly SparseVector _features = new();
    private readonly float[] _scores;
    private float[] _gathered = new float[256];

    internal MLNetScorer(MLNetModel model, FeatureSteps steps, MLNetClassMap? classes)
    {
        _model = model;
        _steps = steps;
        _weights = model.Weights;
        _scores = new float[model.ScoreCount];
        _classes = (classes ?? MLNetClassMap.Infer(model.Labels))?.For(model.Labels, model.Name);
    }

    /// <summary>Scores one post.</summary>
    /// <param name="utf8">The post; bytes that are not UTF-8 count as U+FFFD.</param>
    /// <param name="scores">Receives <see cref="MLNetModel.ScoreCount"/> scores, ML.NET's column "Score".</param>
    public MLNetPrediction Score(ReadOnlySpan<byte> utf8, Span<float> scores)
    {
        _steps.Input.Set(utf8);
        return ScoreInput(scores);
    }

    /// <summary>Scores one post given as UTF-16, as ML.NET takes it.</summary>
    /// <param name="text">The post; lone surrogates are allowed.</param>
    /// <param name="scores">Receives <see cref="MLNetModel.ScoreCount"/> scores, ML.NET's column "Score".</param>
    public MLNetPrediction Score(ReadOnlySpan<char> text, Span<float> scores)
    {
        _steps.Input.Set(text);
        return ScoreInput(scores);
    }

    /// <summary>
    /// Scores a batch into three columns. A binary model gives the probability of "False" as negative, of "True" as
    /// positive, and neutral 0; one without a calibrator the logistic function of score minus threshold, which ranks as the score does but
    /// is no calibrated probability. Labels of one class add up.
    /// </summary>
    /// <param name="data">UTF-8 of all posts.</param>
    /// <param name="offsets">Where each post begins in <paramref name="data"/>, in bytes.</param>
    /// <param name="lengths">Length of each post, in bytes; -1 counts as 0.</param>
    /// <param name="negative">Receives the probability of "negative", 0 to 1, per post.</param>
    /// <param name="neutral">Receives the probability of "neutral", 0 to 1, per post.</param>
    /// <param name="positive">Receives the probability of "positive", 0 to 1, per post.</param>
    /// <exception cref="InvalidOperationException">The labels' names do not tell the classes and no map was given.</exception>
    public void Score(
        ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths,
        Span<float> negative, Span<float> neutral, Span<float> positive)
    {
        if (_classes is null)
            throw MLNetClassMap.Unknown(_model);
        var count = offsets.Length;
        if (lengths.Length != count || negative.Length < count || neutral.Length < count || positive.Length < count)
            throw new ArgumentException($"{count} offsets, {lengths.Length} lengths and columns of {negative.Length}, {neutral.Length} and {positive.Length} do not fit together");
        Span<float> sums = stackalloc float[4];
        for (var i = 0; i < count; i++)
        {
            sums.Clear();
            var prediction = Score(data.Slice(offsets[i], Math.Max(lengths[i], 0)), _scores);
            if (_model.Kind == MLNetModelKind.Binary)
            {
                var probability = ProbabilityOf(prediction);
                sums[(int)_classes[0]] += 1 - probability;
                sums[(int)_classes[1]] += probability;
            }
            else
            {
                for (var c = 0; c < _scores.Length; c++)
                    sums[(int)_classes[c]] += _scores[c];
            }
            negative[i] = sums[(int)MLNetSentiment.Negative];
            neutral[i] = sums[(int)MLNetSentiment.Neutral];
            positive[i] = sums[(int)MLNetSentiment.Positive];
        }
    }

    private float ProbabilityOf(MLNetPrediction prediction) => _model.IsCalibrated
        ? prediction.Probability
        : (float)(1 / (1 + Math.Exp(_model.Predictor.Threshold - (double)prediction.Score)));

    private MLNetPrediction ScoreInput(Span<float> scores)
    {
        var predictor = _model.Predictor;
        scores = scores[..predictor.Weights.Classes];
        foreach (var step in _steps.Steps)
            step.Run();
        _features.Clear();
        _steps.Features.Emit(_features, 0);
        if (_gathered.Length < _features.Count)
            _gathered = new float[Math.Max(_features.Count, 2 * _gathered.Length)];
        for (var c = 0; c < scores.Length; c++)
            scores[c] = predictor.Weights.Biases[c] + LaneMath.Dot(_features.Slots, _features.Values, _weights, scores.Length, c, _gathered);

        if (_model.Kind == MLNetModelKind.Multiclass)
        {
            var label = MaximumEntropy(scores);
            return new MLNetPrediction(label, scores[label], scores[label]);
        }
        var score = scores[0];
        return new MLNetPrediction(score > predictor.Threshold ? 1 : 0, score, predictor.Calibrator?.Probability(score) ?? float.NaN);
    }

    /// <summary>Turns raw scores into probabilities, in ML.NET's mixture of float and double; returns the greatest.</summary>
    private static int MaximumEntropy(Span<float> scores)
    {
        const float Negligible = 30;
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[best])
                best = c;
        }
        var greatest = scores[best];
        var others = 0.0;
        for (var c = 0; c < scores.Length; c++)
        {
            if (c != best && scores[c] > greatest - Negligible)
                others += Math.Exp(scores[c] - greatest);
        }
        var sum = others == 0 ? greatest : (float)(greatest + Math.Log(1 + others));
        foreach (ref var score in scores)
            score = (float)Math.Exp(score - sum);
        best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[best])
                best = c;
        }
        return best;
    }
}
