using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>
/// One network in training: a row of sixteen numbers per unit feature, of which three add to the classes and the rest
/// to hidden units (ReLU); three numbers per clause feature. Stochastic gradient descent with a step size per number
/// (Adagrad), a text at a time, so that a seed decides the result.
/// </summary>
internal sealed class SentimentNetwork
{
    public const int Width = 16, Stride = 2 * Width, Classes = SentimentWeights.Classes;
    private const int ClauseWidth = 4;
    private static readonly float[] _noBias = new float[Classes];

    private readonly TrainingCorpus _corpus;
    private readonly DataSets _sets;
    private readonly SentimentTrainingOptions _options;
    private readonly float[] _clauseSquares;
    private readonly float[] _frequencies, _clauseFrequencies;
    private readonly float[] _smallSquares;
    private readonly float[][] _setBias, _setBiasSquares;
    private ulong _random;
    private int[] _features = new int[1024];
    private int[] _clauses = new int[256];

    public SentimentNetwork(TrainingCorpus corpus, DataSets sets, SentimentTrainingOptions options, int member)
    {
        _corpus = corpus;
        _sets = sets;
        _options = options;
        _random = ((ulong)options.Seed * 0x9E3779B97F4A7C15) ^ ((ulong)(member + 1) * 0xD1B54A32D192ED03);
        Hidden = Math.Min(Width - Classes, SentimentWeights.MaxHidden / options.Members);
        HiddenBias = new float[Hidden];
        Output = new float[Hidden * Classes];
        _smallSquares = new float[Classes + Hidden + (Hidden * Classes)];
        Rows = GC.AllocateArray<float>(corpus.Frequencies.Length * Stride, pinned: true);
        HugePages.Advise(Rows);
        ClauseRows = new float[corpus.ClauseKeys.Length * ClauseWidth];
        _clauseSquares = new float[ClauseRows.Length];
        _frequencies = [.. corpus.Frequencies.Select(steps => steps * SentimentWeights.FrequencyStep)];
        _clauseFrequencies = [.. corpus.ClauseFrequencies.Select(steps => steps * SentimentWeights.FrequencyStep)];
        for (var i = 0; i < Rows.Length; i++)
        {
            if (i % Stride >= Classes && i % Stride < Classes + Hidden)
                Rows[i] = 0.1f * (Uniform() - 0.5f);
        }
        for (var i = 0; i < Output.Length; i++)
            Output[i] = Uniform() - 0.5f;
        _setBias = [.. Enumerable.Range(0, sets.Count).Select(_ => new float[Classes])];
        _setBiasSquares = [.. _setBias.Select(_ => new float[Classes])];
    }

    /// <summary>The number of hidden units.</summary>
    public int Hidden { get; }

    /// <summary>Per unit feature and grade, sixteen numbers and behind them the sums of their squared gradients.</summary>
    public float[] Rows { get; }

    /// <summary>Per clause feature, four numbers, the last of no meaning.</summary>
    public float[] ClauseRows { get; }

    public float[] Bias { get; } = new float[Classes];

    public float[] HiddenBias { get; }

    /// <summary>Per hidden unit, what it adds to the three classes.</summary>
    public float[] Output { get; }

    /// <summary>Goes through all data and then through the reference sets, as often as the options say.</summary>
    /// <param name="progress">Told the share done, 0 to 1, now and then.</param>
    /// <param name="cancellation">Stops training between texts.</param>
    public void Train(Action<double>? progress, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(0, _corpus.Count)];
        int[] reference = [.. all.Where(text => _corpus.Texts[text].IsReference)];
        var (first, second) = ((double)_options.Epochs * all.Length, (double)_options.TuningEpochs * reference.Length);
        Pass(all, _options.Epochs, _options.LearningRate, done => progress?.Invoke(done * first / (first + second)), cancellation);
        Pass(reference, _options.TuningEpochs, _options.TuningRate, done => progress?.Invoke((first + (done * second)) / (first + second)), cancellation);
        progress?.Invoke(1);
    }

    private void Pass(int[] texts, int epochs, float rate, Action<double> progress, CancellationToken cancellation)
    {
        var steps = (long)epochs * texts.Length;
        long step = 0;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Shuffle(texts);
            foreach (var text in texts)
            {
                if ((step & 0xFFF) == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress((double)step / steps);
                }
                Step(text, rate * (1 - ((float)step / steps)));
                step++;
            }
        }
    }

    /// <summary>The classes' scores of a text by all its features, as <see cref="TrainingCorpus.Describe"/> lists them.</summary>
    public void Score(ReadOnlySpan<int> features, ReadOnlySpan<int> clauses, Span<float> scores)
    {
        var square = 0f;
        foreach (var feature in features)
            square += _frequencies[feature] * _frequencies[feature];
        foreach (var clause in clauses)
            square += _clauseFrequencies[clause] * _clauseFrequencies[clause];
        Span<float> hidden = stackalloc float[Width];
        Forward(features, clauses, square == 0 ? 0 : 1 / MathF.Sqrt(square), _noBias, hidden, scores);
    }

    private void Step(int text, float rate)
    {
        var label = (int)_corpus.Texts[text].Label;
        var set = _sets.OfText[text];
        if (_sets.TwoClasses[set] && label == (int)SentimentLabel.Neutral)
            return;
        var (features, clauses, square) = Draw(text);
        if (square == 0)
            return;
        // Of all features the sum would be 1 / Keep times as great and its length 1 / sqrt(Keep): scoring sees sums of this size.
        var norm = 1 / MathF.Sqrt(square * _options.Keep);
        Span<float> hidden = stackalloc float[Width];
        Span<float> errors = stackalloc float[Classes];
        Forward(_features.AsSpan(0, features), _clauses.AsSpan(0, clauses), norm, _setBias[set], hidden, errors);
        Errors(errors, label, _sets.TwoClasses[set], _sets.Weights[text]);
        Span<float> gradient = stackalloc float[Width];
        gradient.Clear();
        Backward(errors, hidden, gradient, set, _corpus.Texts[text].IsReference, rate);
        Update(gradient, norm, features, clauses, rate);
    }

    /// <summary>Sums rows into the hidden units and the classes' scores.</summary>
    private void Forward(ReadOnlySpan<int> features, ReadOnlySpan<int> clauses, float norm, ReadOnlySpan<float> setBias, Span<float> hidden, Span<float> scores)
    {
        var sum = Vector512<float>.Zero;
        ref var rows = ref Rows[0];
        foreach (var feature in features)
            sum += Vector512.LoadUnsafe(ref rows, (nuint)(feature * Stride)) * _frequencies[feature];
        var clauseSum = Vector128<float>.Zero;
        foreach (var clause in clauses)
            clauseSum += Vector128.LoadUnsafe(ref ClauseRows[clause * ClauseWidth]) * _clauseFrequencies[clause];
        (sum * norm).CopyTo(hidden);
        for (var c = 0; c < Classes; c++)
            scores[c] = hidden[c] + (clauseSum[c] * norm) + Bias[c] + setBias[c];
        for (var h = 0; h < Hidden; h++)
        {
            var active = hidden[Classes + h] = MathF.Max(0, hidden[Classes + h] + HiddenBias[h]);
            for (var c = 0; c < Classes; c++)
                scores[c] += active * Output[(h * Classes) + c];
        }
    }

    /// <summary>Chooses the features that this step sees.</summary>
    private (int Features, int Clauses, float Square) Draw(int text)
    {
        var keep = (uint)(_options.Keep * 256);
        int features = 0, clauses = 0;
        var square = 0f;
        ulong chance = 0;
        var left = 0;
        foreach (var type in _corpus.Units(text))
        {
            var list = _corpus.TypeFeatures[type];
            if (features + list.Length > _features.Length)
                Array.Resize(ref _features, _features.Length * 2);
            foreach (var feature in list)
            {
                if (left == 0)
                {
                    chance = Next();
                    left = 8;
                }
                if ((chance & 0xFF) < keep)
                {
                    _features[features++] = feature;
                    Prefetch(feature);
                    square += _frequencies[feature] * _frequencies[feature];
                }
                chance >>= 8;
                left--;
            }
        }
        var list2 = _corpus.Clauses(text);
        if (list2.Length > _clauses.Length)
            _clauses = new int[list2.Length * 2];
        foreach (var clause in list2)
        {
            if (clause < 0 || (Next() & 0xFF) >= keep)
                continue;
            _clauses[clauses++] = clause;
            square += _clauseFrequencies[clause] * _clauseFrequencies[clause];
        }
        return (features, clauses, square);
    }

    private unsafe void Prefetch(int feature)
    {
        if (!Sse.IsSupported)
            return;
        var row = (byte*)Unsafe.AsPointer(ref Rows[feature * Stride]);
        Sse.Prefetch0(row);
        Sse.Prefetch0(row + 64);
    }

    /// <summary>Turns scores into the gradient of the loss: probability less what it should be.</summary>
    internal static void Errors(Span<float> scores, int label, bool twoClasses, float weight)
    {
        if (twoClasses)
            scores[(int)SentimentLabel.Neutral] = float.NegativeInfinity;
        var top = MathF.Max(scores[0], MathF.Max(scores[1], scores[2]));
        var total = 0f;
        for (var c = 0; c < Classes; c++)
            total += scores[c] = MathF.Exp(scores[c] - top);
        for (var c = 0; c < Classes; c++)
            scores[c] = weight * ((scores[c] / total) - (c == label ? 1 : 0));
    }

    private void Backward(Span<float> errors, Span<float> hidden, Span<float> gradient, int set, bool reference, float rate)
    {
        errors.CopyTo(gradient);
        for (var h = 0; h < Hidden; h++)
        {
            var active = hidden[Classes + h];
            if (active <= 0)
                continue;
            var back = 0f;
            for (var c = 0; c < Classes; c++)
            {
                var at = (h * Classes) + c;
                back += errors[c] * Output[at];
                Adagrad.Descend(ref Output[at], ref _smallSquares[Classes + Hidden + at], errors[c] * active, rate * 0.3f);
            }
            gradient[Classes + h] = back;
            Adagrad.Descend(ref HiddenBias[h], ref _smallSquares[Classes + h], back, rate * 0.1f);
        }
        for (var c = 0; c < Classes; c++)
        {
            Adagrad.Descend(ref Bias[c], ref _smallSquares[c], errors[c], rate * 0.1f);
            if (!reference)
                Adagrad.Descend(ref _setBias[set][c], ref _setBiasSquares[set][c], errors[c], rate * _options.SetBiasRate);
        }
    }

    private void Update(Span<float> gradient, float norm, int features, int clauses, float rate)
    {
        var all = Vector512.LoadUnsafe(ref gradient[0]) * norm;
        ref var rows = ref Rows[0];
        for (var i = 0; i < features; i++)
        {
            var feature = _features[i];
            var at = (nuint)(feature * Stride);
            var g = all * _frequencies[feature];
            var square = Vector512.LoadUnsafe(ref rows, at + Width) + (g * g);
            square.StoreUnsafe(ref rows, at + Width);
            (Vector512.LoadUnsafe(ref rows, at) - (g * rate / (Vector512.Sqrt(square) + Vector512.Create(Adagrad.Epsilon)))).StoreUnsafe(ref rows, at);
        }
        var few = Vector128.LoadUnsafe(ref gradient[0]).WithElement(3, 0) * norm;
        for (var i = 0; i < clauses; i++)
        {
            var clause = _clauses[i];
            ref var row = ref ClauseRows[clause * ClauseWidth];
            ref var rowSquares = ref _clauseSquares[clause * ClauseWidth];
            var g = few * _clauseFrequencies[clause];
            var square = Vector128.LoadUnsafe(ref rowSquares) + (g * g);
            square.StoreUnsafe(ref rowSquares);
            (Vector128.LoadUnsafe(ref row) - (g * rate / (Vector128.Sqrt(square) + Vector128.Create(Adagrad.Epsilon)))).StoreUnsafe(ref row);
        }
    }

    private void Shuffle(int[] order)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)(Next() % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    private float Uniform() => (Next() >> 40) * (1f / (1 << 24));

    // SplitMix64 (Steele, Lea and Flood 2014).
    private ulong Next()
    {
        var z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
