using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>Adds trained parts up to the weights of one model, in bytes.</summary>
internal static class SentimentQuantizer
{
    private const int Classes = SentimentWeights.Classes;

    public static SentimentWeights Quantize(TrainedParts trained)
    {
        var (corpus, networks) = (trained.Corpus, trained.Networks);
        var hidden = networks.Sum(network => network.Hidden);
        var columns = Classes + hidden;
        var numbers = Merge(trained, columns);
        var balance = Balance(numbers, columns);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i % columns >= Classes)
                numbers[i] *= balance;
        }
        var scales = new Half[corpus.Keys.Length];
        var rows = new sbyte[numbers.Length];
        for (var row = 0; row < scales.Length; row++)
        {
            var from = numbers.AsSpan(row * columns, columns);
            var greatest = 0f;
            foreach (var number in from)
                greatest = MathF.Max(greatest, MathF.Abs(number));
            scales[row] = (Half)(greatest / 127);
            for (var c = 0; c < columns; c++)
                rows[(row * columns) + c] = Step(from[c], (float)scales[row]);
        }
        var (classStep, hiddenStep) = Steps(corpus, numbers, columns);
        var clauses = MergeClauses(trained);
        var clauseScale = BestScale(clauses);
        return new SentimentWeights
        {
            Hidden = hidden,
            Keys = corpus.Keys,
            Frequencies = [.. corpus.Keys.Select((_, row) => Frequency(corpus, row))],
            Scales = scales,
            Rows = rows,
            ClauseKeys = corpus.ClauseKeys,
            ClauseFrequencies = corpus.ClauseFrequencies,
            ClauseRows = [.. clauses.Select(number => Step(number, clauseScale))],
            ClauseScale = clauseScale,
            ClassStep = classStep,
            HiddenStep = hiddenStep,
            Sharpness = 1,
            Bias = [.. Enumerable.Range(0, Classes).Select(c => networks.Average(network => network.Bias[c]) + (trained.ReferenceShare * trained.Reference.Bias[c]))],
            HiddenBias = [.. networks.SelectMany(network => network.HiddenBias.Select(bias => bias * balance))],
            Output = [.. networks.SelectMany(network => network.Output.Select(output => output / (networks.Length * balance)))],
        };
    }

    /// <summary>
    /// The parts' rows side by side: for the classes the networks' mean and the reference sets' own part, then each
    /// network's hidden units; frequencies and the rows that a key shares folded in.
    /// </summary>
    private static float[] Merge(TrainedParts trained, int columns)
    {
        var corpus = trained.Corpus;
        var numbers = new float[corpus.Keys.Length * columns];
        for (var row = 0; row < corpus.Keys.Length; row++)
        {
            var to = numbers.AsSpan(row * columns, columns);
            Add(trained, row, to);
            foreach (var shared in corpus.SharedRows[row])
                Add(trained, shared, to);
        }
        return numbers;
    }

    private static void Add(TrainedParts trained, int row, Span<float> to)
    {
        var networks = trained.Networks;
        var frequency = trained.Corpus.Frequencies[row] * SentimentWeights.FrequencyStep;
        var reference = trained.Reference.Row(row);
        for (var c = 0; c < Classes; c++)
            to[c] += reference[c] * trained.ReferenceShare * frequency;
        var column = Classes;
        foreach (var network in networks)
        {
            var from = network.Rows.AsSpan(row * SentimentNetwork.Stride, SentimentNetwork.Width);
            for (var c = 0; c < Classes; c++)
                to[c] += from[c] * frequency / networks.Length;
            for (var h = 0; h < network.Hidden; h++)
                to[column++] += from[Classes + h] * frequency;
        }
    }

    /// <summary>The frequency of a key together with those of the rows that it shares: their squares add up in a post's length.</summary>
    private static byte Frequency(TrainingCorpus corpus, int row)
    {
        var square = corpus.SharedRows[row].Append(row).Sum(at => corpus.Frequencies[at] * corpus.Frequencies[at]);
        return (byte)Math.Min(byte.MaxValue, Math.Round(Math.Sqrt(square)));
    }

    private static float[] MergeClauses(TrainedParts trained)
    {
        var corpus = trained.Corpus;
        var numbers = new float[corpus.ClauseKeys.Length * Classes];
        for (var row = 0; row < corpus.ClauseKeys.Length; row++)
        {
            var frequency = corpus.ClauseFrequencies[row] * SentimentWeights.FrequencyStep;
            var reference = trained.Reference.ClauseRow(row);
            for (var c = 0; c < Classes; c++)
                numbers[(row * Classes) + c] = (trained.Networks.Average(network => network.ClauseRows[(row * 4) + c]) + (reference[c] * trained.ReferenceShare)) * frequency;
        }
        return numbers;
    }

    /// <summary>
    /// What to multiply hidden columns by so that they have the size of the class columns, with which they share a
    /// scale per row. A ReLU lets it be divided out again behind it.
    /// </summary>
    private static float Balance(float[] numbers, int columns)
    {
        double direct = 0, hidden = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i % columns < Classes)
                direct += (double)numbers[i] * numbers[i];
            else
                hidden += (double)numbers[i] * numbers[i];
        }
        direct /= Classes;
        hidden /= Math.Max(1, columns - Classes);
        return direct > 0 && hidden > 0 ? (float)Math.Sqrt(direct / hidden) : 1;
    }

    /// <summary>The steps of the caches' 16 bits: twice the greatest sum of any unit met fits.</summary>
    private static (float Classes, float Hidden) Steps(TrainingCorpus corpus, float[] numbers, int columns)
    {
        float direct = 0, hidden = 0;
        var sums = new float[columns];
        for (var type = 0; type < corpus.TypeFeatures.Length; type++)
        {
            Array.Clear(sums);
            // The rows that features share are folded into their own.
            foreach (var feature in corpus.OwnFeatures(type))
            {
                for (var c = 0; c < columns; c++)
                    sums[c] += numbers[(feature * columns) + c];
            }
            for (var c = 0; c < columns; c++)
            {
                if (c < Classes)
                    direct = MathF.Max(direct, MathF.Abs(sums[c]));
                else
                    hidden = MathF.Max(hidden, MathF.Abs(sums[c]));
            }
        }
        return (MathF.Max(direct, 1e-3f) * 2 / short.MaxValue, MathF.Max(hidden, 1e-3f) * 2 / short.MaxValue);
    }

    /// <summary>The scale of bytes that loses least: rare great numbers are cut off for the sake of the many small.</summary>
    private static float BestScale(float[] numbers)
    {
        var greatest = numbers.Length == 0 ? 0 : numbers.Max(MathF.Abs);
        if (greatest == 0)
            return 1;
        var best = greatest / 127;
        var least = double.MaxValue;
        for (var cut = 1f; cut > 0.1f; cut *= 0.85f)
        {
            var scale = greatest * cut / 127;
            var loss = 0.0;
            foreach (var number in numbers)
            {
                var error = number - (Step(number, scale) * scale);
                loss += (double)error * error;
            }
            if (loss < least)
                (least, best) = (loss, scale);
        }
        return best;
    }

    private static sbyte Step(float number, float scale) => scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(number / scale), -127, 127);
}
