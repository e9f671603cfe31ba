using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>What the detector says of a brand at one bucket, on the horizon that shows it best.</summary>
/// <param name="Start">Start of the time looked at, ms since 1970.</param>
/// <param name="End">Its end.</param>
/// <param name="Observed">Posts of the kind in it.</param>
/// <param name="Effective">Those of them that were judged.</param>
/// <param name="Posts">All posts in it.</param>
/// <param name="Expected">Posts of the kind expected.</param>
/// <param name="Variance">How far that spreads.</param>
/// <param name="PValue">How likely as many or more as were judged are, with all horizons looked at taken into account.</param>
/// <param name="UsualShare">The usual share of the kind.</param>
/// <param name="IsSpike">All gates are passed: it may open an incident.</param>
/// <param name="IsElevated">Enough for an open incident to go on.</param>
internal readonly record struct Finding(
    long Start, long End, long Observed, long Effective, long Posts, double Expected, double Variance, double PValue, double UsualShare, bool IsSpike, bool IsElevated)
{
    /// <summary>So far above the usual that it is a slow burn if it lasts.</summary>
    public bool IsHigh { get; init; }

    /// <summary>Enough for a slow burn to go on.</summary>
    public bool IsWarm { get; init; }

    /// <summary>It has lasted: a slow burn, and no surprise at any moment.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Ends of the interval that holds 95 % of what is expected.</summary>
    public (long Low, long High) Interval => (NegativeBinomial.Quantile(0.025, Expected, Variance), NegativeBinomial.Quantile(0.975, Expected, Variance));

    /// <summary>The share of the kind, 0 to 1.</summary>
    public double Share => Posts == 0 ? 0 : (double)Observed / Posts;

    /// <summary>
    /// 1 to 10: 1 + 1.4 log₁₀(1 + excess) + 0.7 log₂(ratio), the excess being how many posts are too many and the ratio how many times the
    /// usual that is, from 1 to 32. 3 and less: a handful of posts; about 5: dozens; about 8: hundreds at many times the usual.
    /// </summary>
    public int Severity
    {
        get
        {
            var excess = Math.Max(0, Effective - Expected);
            var ratio = Effective / Math.Max(0.5, Expected);
            return (int)Math.Clamp(Math.Round(1 + (1.4 * Math.Log10(1 + excess)) + (0.7 * Math.Min(5, Math.Log2(Math.Max(1, ratio))))), 1, 10);
        }
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(Start);
        writer.WriteSigned(End);
        writer.WriteCount(Observed);
        writer.WriteCount(Effective);
        writer.WriteCount(Posts);
        writer.WriteDouble(Expected);
        writer.WriteDouble(Variance);
        writer.WriteDouble(PValue);
        writer.WriteDouble(UsualShare);
    }

    public static Finding Read(ref StateReader reader) => new(
        reader.ReadSigned(), reader.ReadSigned(), reader.ReadCount(), reader.ReadCount(), reader.ReadCount(), reader.ReadDouble(), reader.ReadDouble(),
        reader.ReadDouble(), reader.ReadDouble(), false, false);
}
