namespace StreamEngine.Operators;

/// <summary>
/// The test for a rise that lasts: how much better the posts since some moment, the one that says it best, fit a rise to five times the
/// brand's level than the usual, as log₁₀ of the likelihood ratio. Page's cumulative sum ("Continuous inspection schemes", Biometrika 41,
/// 1954) for Poisson counts (Lucas, "Counted data CUSUM's", Technometrics 27, 1985). It knows no horizon, so it loses nothing of a rise that
/// fits none of them.
/// </summary>
internal static class RiseTest
{
    /// <summary>How many times the level the rise adds to what is expected, at any hour: a crisis does not wait for the busy ones.</summary>
    private const double Size = 4;

    /// <summary>Of quieter brands as much is asked as of one with so many posts in a bucket.</summary>
    private const double LeastLevel = 0.02;

    /// <summary>
    /// It is kept up to so many times its threshold: what is over is soon forgotten. So it opens nothing while thresholds are raised by more,
    /// for half of a brand's first day, when a morning is not known from a rise.
    /// </summary>
    private const double MostKept = 1.5;

    /// <summary>The evidence after a bucket.</summary>
    /// <param name="evidence">The evidence before it.</param>
    /// <param name="count">What was counted in it.</param>
    /// <param name="expected">What is expected, taken rather too high than too low: a little too low in every bucket adds up.</param>
    /// <param name="level">The count of an average bucket.</param>
    /// <param name="threshold">Where it says something.</param>
    public static double Next(double evidence, double count, double expected, double level, double threshold)
    {
        var rise = Size * Math.Max(LeastLevel, level);
        return Math.Clamp(evidence + (((count * Math.Log(1 + (rise / expected))) - rise) / Math.Log(10)), 0, MostKept * threshold);
    }
}
