namespace StreamEngine.Operators;

/// <summary>What the detector says of a brand at one bucket.</summary>
/// <param name="Start">Start of the time looked at, ms since 1970.</param>
/// <param name="End">Its end.</param>
/// <param name="Observed">Negative posts in it.</param>
/// <param name="Posts">Posts in it.</param>
/// <param name="Expected">Negative posts expected.</param>
/// <param name="Variance">How far that spreads.</param>
/// <param name="PValue">How likely so many or more are, with all horizons looked at taken into account.</param>
/// <param name="UsualShare">The usual share of negative posts.</param>
/// <param name="IsSpike">All gates are passed: it may open an incident.</param>
/// <param name="IsElevated">Enough for an open incident to go on.</param>
internal readonly record struct Finding(
    long Start, long End, long Observed, long Posts, double Expected, double Variance, double PValue, double UsualShare, bool IsSpike, bool IsElevated)
{
    /// <summary>Ends of the interval that holds 95 % of what is expected.</summary>
    public (long Low, long High) Interval => (NegativeBinomial.Quantile(0.025, Expected, Variance), NegativeBinomial.Quantile(0.975, Expected, Variance));

    /// <summary>The share of negative posts, 0 to 1.</summary>
    public double Share => Posts == 0 ? 0 : (double)Observed / Posts;

    /// <summary>1 to 10: grows with how many posts are too many, and with how many times the usual that is.</summary>
    public int Severity
    {
        get
        {
            var excess = Math.Max(0, Observed - Expected);
            var ratio = Observed / Math.Max(0.5, Expected);
            return (int)Math.Clamp(Math.Round(1 + (1.4 * Math.Log10(1 + excess)) + (0.7 * Math.Min(5, Math.Log2(Math.Max(1, ratio))))), 1, 10);
        }
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(Start);
        writer.WriteSigned(End);
        writer.WriteCount(Observed);
        writer.WriteCount(Posts);
        writer.WriteDouble(Expected);
        writer.WriteDouble(Variance);
        writer.WriteDouble(PValue);
        writer.WriteDouble(UsualShare);
    }

    public static Finding Read(ref StateReader reader) => new(
        reader.ReadSigned(), reader.ReadSigned(), reader.ReadCount(), reader.ReadCount(), reader.ReadDouble(), reader.ReadDouble(),
        reader.ReadDouble(), reader.ReadDouble(), false, false);
}
