namespace StreamEngine.Operators;

/// <summary>
/// What is usual for a brand: the level of negative posts per bucket as two decaying means (the day and the last half hour; the higher one
/// counts, so that a morning's rise is no spike), how much counts spread, and the usual share of negative posts. Counts far above the level
/// are cut before they are learnt, so a spike hardly moves it; a lasting change is learnt within hours.
/// </summary>
internal struct Baseline
{
    private const double PriorLevel = 0.5;
    private const double PriorBuckets = 5;
    private const double PriorSpread = 1.5;
    private const double PriorSpreadBuckets = 20;
    private const double PriorShare = 0.2;
    private const double PriorSharePosts = 10;

    /// <summary>How much a level may be off as a part of itself, squared: hours and days differ by about a fifth for no reason that matters.</summary>
    private const double Wobble = 0.05;

    private const double MinLevel = 0.05;
    private const double MaxSpread = 20;
    private const double CutAt = 3;
    private const double LearnFreelyBuckets = 10;

    private double _slow;
    private double _slowWeight;
    private double _fast;
    private double _fastWeight;
    private double _spread;
    private double _spreadWeight;
    private double _negative;
    private double _posts;

    /// <summary>The expected number of negative posts in a bucket.</summary>
    public readonly double Level => Math.Max(MinLevel, Math.Max(
        (_slow + (PriorLevel * PriorBuckets)) / (_slowWeight + PriorBuckets),
        (_fast + (PriorLevel * PriorBuckets)) / (_fastWeight + PriorBuckets)));

    /// <summary>The usual share of negative posts, 0 to 1.</summary>
    public readonly double Share => (_negative + (PriorShare * PriorSharePosts)) / (_posts + PriorSharePosts);

    /// <summary>The variance of the number in buckets that together are expected to hold <paramref name="mean"/>.</summary>
    public readonly double Variance(double mean)
    {
        var spread = Math.Clamp((_spread + (PriorSpread * PriorSpreadBuckets)) / (_spreadWeight + PriorSpreadBuckets), 1.05, MaxSpread);
        return spread * (mean + (Wobble * mean * mean)) * (1 + (1 / (_slowWeight + PriorBuckets)));
    }

    /// <summary>Learns one closed bucket.</summary>
    public void Learn(long negative, long posts, in BaselineDecay decay)
    {
        var level = Level;
        var cut = _slowWeight < LearnFreelyBuckets ? double.MaxValue : Math.Max(1, level + (CutAt * Math.Sqrt(Variance(level))));
        var counted = Math.Min(negative, cut);
        if (negative <= cut)
        {
            _negative = (_negative * decay.Slow) + negative;
            _posts = (_posts * decay.Slow) + posts;
        }

        if (_slowWeight >= LearnFreelyBuckets)
        {
            _spread = (_spread * decay.Slow) + ((counted - level) * (counted - level) / (level + (Wobble * level * level)));
            _spreadWeight = (_spreadWeight * decay.Slow) + 1;
        }

        _slow = (_slow * decay.Slow) + counted;
        _slowWeight = (_slowWeight * decay.Slow) + 1;
        _fast = (_fast * decay.Fast) + counted;
        _fastWeight = (_fastWeight * decay.Fast) + 1;
    }

    /// <summary>Learns <paramref name="count"/> closed buckets without posts.</summary>
    public void LearnEmpty(long count, in BaselineDecay decay)
    {
        (_slow, _slowWeight) = Idle(_slow, _slowWeight, decay.Slow, count);
        (_fast, _fastWeight) = Idle(_fast, _fastWeight, decay.Fast, count);
    }

    public readonly void Write(StateWriter writer)
    {
        foreach (var value in (ReadOnlySpan<double>)[_slow, _slowWeight, _fast, _fastWeight, _spread, _spreadWeight, _negative, _posts])
        {
            writer.WriteDouble(value);
        }
    }

    public static Baseline Read(ref StateReader reader) => new()
    {
        _slow = reader.ReadDouble(),
        _slowWeight = reader.ReadDouble(),
        _fast = reader.ReadDouble(),
        _fastWeight = reader.ReadDouble(),
        _spread = reader.ReadDouble(),
        _spreadWeight = reader.ReadDouble(),
        _negative = reader.ReadDouble(),
        _posts = reader.ReadDouble(),
    };

    private static (double Sum, double Weight) Idle(double sum, double weight, double decay, long count)
    {
        var left = Math.Pow(decay, count);
        return (sum * left, (weight * left) + ((1 - left) / (1 - decay)));
    }
}

/// <summary>What is left of the past after one bucket.</summary>
/// <param name="Slow">In the level over days.</param>
/// <param name="Fast">In the level of the last half hour.</param>
internal readonly record struct BaselineDecay(double Slow, double Fast)
{
    private const double FastHalfLife = 30 * 60_000;
    private const double MinHalfLife = 5;

    /// <summary>The decay of buckets of a size for a history in which the past counts half after <paramref name="history"/> ms.</summary>
    public static BaselineDecay For(long bucketSize, long history) => new(
        Math.Pow(0.5, 1 / Math.Max(MinHalfLife, history / (double)bucketSize)),
        Math.Pow(0.5, 1 / Math.Max(MinHalfLife, FastHalfLife / bucketSize)));
}
