using System.Runtime.Intrinsics;

namespace StreamEngine.Text.Sentiment;

/// <summary>Turns the sums of a post into probabilities.</summary>
internal sealed class SentimentOutput
{
    private const int Width = SentimentWeights.MaxHidden;

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
        var h1 = Activate(sums.Hidden1, hidden, 16);
        var h2 = Activate(sums.Hidden2, hidden, 32);
        var direct = (Vector128.ConvertToSingle(sums.Classes) * (_classStep * norm)) + (Vector128.ConvertToSingle(sums.Clauses) * (_clauseScale * norm));
        var negative = direct[0] + _bias[0] + Dot(h0, h1, h2, 0);
        var neutral = direct[1] + _bias[1] + Dot(h0, h1, h2, Width);
        var positive = direct[2] + _bias[2] + Dot(h0, h1, h2, 2 * Width);
        var top = MathF.Max(negative, MathF.Max(neutral, positive));
        negative = MathF.Exp(negative - top);
        neutral = MathF.Exp(neutral - top);
        positive = MathF.Exp(positive - top);
        var total = negative + neutral + positive;
        score = new SentimentScore(negative / total, neutral / total, positive / total);
    }

    private Vector512<float> Activate(Vector512<int> sum, float scale, int at) =>
        Vector512.Max((Vector512.ConvertToSingle(sum) * scale) + Vector512.LoadUnsafe(ref _hiddenBias[at]), Vector512<float>.Zero);

    private float Dot(Vector512<float> h0, Vector512<float> h1, Vector512<float> h2, int at) => Vector512.Sum(
        (h0 * Vector512.LoadUnsafe(ref _output[at])) + (h1 * Vector512.LoadUnsafe(ref _output[at + 16])) + (h2 * Vector512.LoadUnsafe(ref _output[at + 32])));
}
