using System.Runtime.Intrinsics;

namespace StreamEngine.Text.Sentiment;

/// <summary>Turns the sums of a post into probabilities.</summary>
internal sealed class SentimentOutput
{
    private const int Width = 32;

    private readonly float _classStep, _clauseScale, _hiddenStep;
    private readonly float[] _bias;
    private readonly float[] _hiddenBias = new float[Width];
    private readonly float[] _output = new float[SentimentWeights.Classes * Width];

    public SentimentOutput(SentimentWeights weights)
    {
        _classStep = weights.ClassStep * weights.Sharpness;
        _clauseScale = weights.ClauseScale * weights.Sharpness;
        _hiddenStep = weights.HiddenStep;
        _bias = [.. weights.Bias.Select(bias => bias * weights.Sharpness)];
        weights.HiddenBias.CopyTo(_hiddenBias, 0);
        for (var h = 0; h < weights.Hidden; h++)
        {
            for (var c = 0; c < SentimentWeights.Classes; c++)
                _output[(c * Width) + h] = weights.Output[(h * SentimentWeights.Classes) + c] * weights.Sharpness;
        }
    }

    public void Probabilities(in SentimentSums sums, out SentimentScore score)
    {
        var norm = sums.Square == 0 ? 0f : 1f / (MathF.Sqrt(sums.Square) * SentimentWeights.FrequencyStep);
        var hidden = norm * _hiddenStep;
        var h0 = Activate(sums.Hidden0, hidden, 0);
        var h1 = Activate(sums.Hidden1, hidden, 8);
        var h2 = Activate(sums.Hidden2, hidden, 16);
        var h3 = Activate(sums.Hidden3, hidden, 24);
        var direct = (Vector128.ConvertToSingle(sums.Classes) * (_classStep * norm)) + (Vector128.ConvertToSingle(sums.Clauses) * (_clauseScale * norm));
        var negative = direct[0] + _bias[0] + Dot(h0, h1, h2, h3, 0);
        var neutral = direct[1] + _bias[1] + Dot(h0, h1, h2, h3, Width);
        var positive = direct[2] + _bias[2] + Dot(h0, h1, h2, h3, 2 * Width);
        var top = MathF.Max(negative, MathF.Max(neutral, positive));
        negative = MathF.Exp(negative - top);
        neutral = MathF.Exp(neutral - top);
        positive = MathF.Exp(positive - top);
        var total = negative + neutral + positive;
        score = new SentimentScore(negative / total, neutral / total, positive / total);
    }

    private Vector256<float> Activate(Vector256<int> sum, float scale, int at) =>
        Vector256.Max((Vector256.ConvertToSingle(sum) * scale) + Vector256.LoadUnsafe(ref _hiddenBias[at]), Vector256<float>.Zero);

    private float Dot(Vector256<float> h0, Vector256<float> h1, Vector256<float> h2, Vector256<float> h3, int at) => Vector256.Sum(
        (h0 * Vector256.LoadUnsafe(ref _output[at])) + (h1 * Vector256.LoadUnsafe(ref _output[at + 8]))
        + ((h2 * Vector256.LoadUnsafe(ref _output[at + 16])) + (h3 * Vector256.LoadUnsafe(ref _output[at + 24]))));
}
