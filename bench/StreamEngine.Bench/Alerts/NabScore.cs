namespace StreamEngine.Bench.Alerts;

/// <summary>
/// The scoring of the Numenta Anomaly Benchmark 1.1 (Lavin and Ahmad, 2015, "Evaluating real-time anomaly detection algorithms"): a hit counts
/// the more the earlier it is in its window, of several in a window the first counts, and every detection outside a window costs.
/// </summary>
/// <param name="Name">The profile's name.</param>
/// <param name="FalsePositive">What a detection far from windows costs; a window hit at once gives 1, one missed costs 1.</param>
internal sealed record NabScore(string Name, double FalsePositive)
{
    private const double ProbationShare = 0.15;
    private const int MostProbation = 750;

    /// <summary>The profile <c>standard</c>.</summary>
    public static NabScore Standard { get; } = new("standard", 0.11);

    /// <summary>The profile <c>reward_low_FP_rate</c>.</summary>
    public static NabScore LowFalsePositives { get; } = new("low_fp", 0.22);

    /// <summary>The raw score of a file whose rows with a score of at least the threshold are detections.</summary>
    public NabOutcome Score(NabSeries series, double[] scores, double threshold)
    {
        var hits = new double?[series.Windows.Count];
        var (raw, falseRows, next) = (0.0, 0, 0);
        for (var row = (int)Math.Min(Math.Floor(ProbationShare * scores.Length), MostProbation); row < scores.Length; row++)
        {
            while (next < hits.Length && row > series.Windows[next].Last)
            {
                next++;
            }

            if (scores[row] < threshold)
            {
                continue;
            }

            if (next < hits.Length && row >= series.Windows[next].First)
            {
                hits[next] ??= Sigmoid(-(series.Windows[next].Last - row + 1.0) / series.Windows[next].Rows) / Sigmoid(-1);
            }
            else
            {
                falseRows++;
                raw += FalsePositive * (next == 0 ? -1 : Sigmoid((row - series.Windows[next - 1].Last) / (series.Windows[next - 1].Rows - 1.0)));
            }
        }

        return new NabOutcome(raw + hits.Sum(hit => hit ?? -1), hits.Count(hit => hit is not null), hits.Length, falseRows);
    }

    /// <summary>From the sum of raw scores to the scale on which 0 is a detector that says nothing and 100 a perfect one.</summary>
    public static double Normalise(double raw, int windows) => 100 * (raw + windows) / (2.0 * windows);

    /// <summary>The threshold with which files score best: in the middle between the lowest score that then detects and the next below.</summary>
    public double BestThreshold(IReadOnlyList<(NabSeries Series, double[] Scores)> files)
    {
        const int Candidates = 400;
        var scores = files.SelectMany(f => f.Scores.Where(s => s > 0).OrderDescending().Take(Candidates)).Distinct().OrderDescending().ToList();
        var best = (Threshold: 1.1, Raw: files.Sum(f => Score(f.Series, f.Scores, 1.1).Raw));
        for (var i = 0; i < scores.Count; i++)
        {
            var raw = files.Sum(f => Score(f.Series, f.Scores, scores[i]).Raw);
            if (raw > best.Raw)
            {
                best = ((scores[i] + (i + 1 < scores.Count ? scores[i + 1] : 0)) / 2, raw);
            }
        }

        return best.Threshold;
    }

    private static double Sigmoid(double x) => x > 3 ? -1 : (2 / (1 + Math.Exp(5 * x))) - 1;
}

/// <summary>What a file scored.</summary>
/// <param name="Raw">The raw score.</param>
/// <param name="Hits">Windows hit.</param>
/// <param name="Windows">Windows there are.</param>
/// <param name="FalseRows">Detections outside windows.</param>
internal readonly record struct NabOutcome(double Raw, int Hits, int Windows, int FalseRows);
