namespace StreamEngine.Operators;

/// <summary>
/// What is usual for one count of a brand, bucket by bucket, and how surprising a new one is. See docs/alerts.md.
/// </summary>
/// <remarks>
/// Expected = level × hour of the week × volume. The level is a fading mean of counts that are cut where they are far above what was
/// expected, and is not learnt at all while the brand is elevated, up to a day. The volume is how busy the posts of the other kind are, so
/// that a rise of posts of every kind is no surprise. Counts are over-dispersed: negative binomial with variance φ(μ + ωμ²), φ learnt per
/// horizon. The threshold of a horizon is what its surprise reaches on the brand's own days as often as the budget allows.
/// </remarks>
internal sealed class CountModel(CountLaw law)
{
    private const double PriorLevel = 0.5;
    private const double PriorBuckets = 2;
    private const double PriorSpread = 1.5;
    private const double PriorSpreadBuckets = 20;
    private const double MinExpected = 0.05;
    private const double MinSpread = 1.05;

    /// <summary>ω: hours and days differ by about a fifth for no reason that matters, squared.</summary>
    private const double Wobble = 0.05;

    private const double CutAt = 2.5;
    private const double LearnFreelyBuckets = 10;
    private const double MaxSurprise = 300;

    /// <summary>A mean over horizons reaches 1 more seldom than each of them; at this much it is one in a week (see docs/alerts.md).</summary>
    private const double MeanAt = 0.7;

    /// <summary>A single horizon reaches 1 by itself at so many times its threshold.</summary>
    private const double SingleAt = 1.5;

    private const double ElevatedAt = 0.7;
    private const double FreezeAt = 1.5;
    private const double WorseBy = 1;
    private const double VolumeLife = 36;
    private const double VolumePrior = 5;
    private const double MinVolume = 0.2;
    private const double MaxVolume = 20;
    private const int KeepDecayFor = 64;

    private readonly double[] _spread = new double[FadingSums.Count];
    private readonly DayPeaks _days = new(law);
    private FadingSums _sums;
    private double _level;
    private double _weight;
    private double _spreadWeight;
    private double _others;
    private double _othersWeight;
    private double _othersSeen;
    private double _othersExpected;
    private double _peak;
    private long _frozen;
    private long _age;
    private double _decay = law.LevelDecay(0);

    /// <summary>The largest surprise of each horizon on past days.</summary>
    public DayPeaks Days => _days;

    /// <summary>The sums over closed buckets: a copy to go on from with buckets that are open.</summary>
    public FadingSums Sums => _sums;

    /// <summary>The usual count in a bucket of an average hour.</summary>
    public double Level => (_level + (PriorLevel * PriorBuckets)) / (_weight + PriorBuckets);

    /// <summary>The usual count of posts of the other kind in such a bucket.</summary>
    public double OthersLevel => (_others + (PriorLevel * PriorBuckets)) / (_othersWeight + PriorBuckets);

    /// <summary>The count to expect in a bucket.</summary>
    public double Expected(double season) => Math.Max(MinExpected, Level * season * Volume);

    /// <summary>The variance of what is counted over a horizon where <paramref name="mean"/> is expected.</summary>
    public double Variance(int horizon, double mean)
    {
        var spread = Spread(horizon);
        var levelError = Spread(0) * (1 + (Wobble * Level)) / (Math.Max(MinExpected, Level) * (_weight + PriorBuckets));
        return (spread * (mean + (Wobble * mean * mean))) + (mean * mean * levelError);
    }

    /// <summary>How surprising a count is in the bucket after <paramref name="sums"/>.</summary>
    public Evidence Judge(in FadingSums sums, double count, double season)
    {
        var expected = Expected(season);
        var (sum, most) = (0.0, 0.0);
        var next = sums;
        next.Add(count, expected);
        for (var i = 0; count > 0 && i < FadingSums.Count; i++)
        {
            var ratio = Surprise(next, i) / _days.Threshold(i);
            (sum, most) = (sum + ratio, Math.Max(most, ratio));
        }

        var surprise = Math.Max(sum / (FadingSums.Count * MeanAt), most / SingleAt);
        return new Evidence(expected, surprise, surprise / Math.Max(1, _peak * WorseBy));
    }

    /// <summary>Learns the bucket after the last one.</summary>
    /// <param name="start">When it started, ms since 1970.</param>
    /// <param name="count">What was counted.</param>
    /// <param name="others">Posts of the other kind.</param>
    /// <param name="evidence">What <see cref="Judge"/> said of it with all that is in it.</param>
    /// <param name="season">The factor of its hour.</param>
    /// <returns>What of the count was learnt; below 0: nothing, as the brand is elevated.</returns>
    public double Learn(long start, double count, double others, in Evidence evidence, double season)
    {
        var expected = Expected(season);
        _sums.Add(count, expected);
        LearnPeaks(start, count, evidence);
        LearnSpread();
        var learnt = IsFrozen(evidence) ? -1 : LearnLevel(count, expected, season);
        LearnVolume(others, season);
        if (++_age % KeepDecayFor == 0)
        {
            _decay = law.LevelDecay(_age);
        }

        return learnt;
    }

    public void Write(StateWriter writer)
    {
        _sums.Write(writer);
        foreach (var value in (ReadOnlySpan<double>)[.. _spread, _level, _weight, _spreadWeight, _others, _othersWeight, _othersSeen, _othersExpected, _peak])
        {
            writer.WriteDouble(value);
        }

        writer.WriteCount(_frozen);
        writer.WriteCount(_age);
        _days.WriteToday(writer);
    }

    public void Read(ref StateReader reader)
    {
        _sums = FadingSums.Read(ref reader);
        for (var i = 0; i < _spread.Length; i++)
        {
            _spread[i] = reader.ReadDouble();
        }

        _level = reader.ReadDouble();
        _weight = reader.ReadDouble();
        _spreadWeight = reader.ReadDouble();
        _others = reader.ReadDouble();
        _othersWeight = reader.ReadDouble();
        _othersSeen = reader.ReadDouble();
        _othersExpected = reader.ReadDouble();
        _peak = reader.ReadDouble();
        _frozen = reader.ReadCount();
        _age = reader.ReadCount();
        _days.ReadToday(ref reader);
    }

    /// <summary>After a restore: what follows from what was read and from the law.</summary>
    public void Prepare()
    {
        _days.SetThresholds();
        _decay = law.LevelDecay(_age / KeepDecayFor * KeepDecayFor);
    }

    /// <summary>How busy the posts of the other kind are, lately and against their own level; 1 where there are none.</summary>
    private double Volume => Math.Clamp((_othersSeen + VolumePrior) / (_othersExpected + VolumePrior), MinVolume, MaxVolume);

    private double Spread(int horizon) => Math.Max(MinSpread, (_spread[horizon] + (PriorSpread * PriorSpreadBuckets)) / (_spreadWeight + PriorSpreadBuckets));

    private double Surprise(in FadingSums sums, int horizon)
    {
        var (seen, mean) = (sums.Seen(horizon), sums.Expected(horizon));
        if (seen <= mean)
        {
            return 0;
        }

        var tail = NegativeBinomial.Tail(seen, mean, Variance(horizon, mean));
        return tail <= 0 ? MaxSurprise : Math.Min(MaxSurprise, -Math.Log10(tail));
    }

    private void LearnPeaks(long start, double count, in Evidence evidence)
    {
        _days.Enter(start);
        for (var i = 0; count > 0 && _age >= law.WarmBuckets && i < FadingSums.Count; i++)
        {
            _days.Add(i, Surprise(_sums, i));
        }

        _peak *= law.PeakDecay;
        if (evidence.Surprise >= ElevatedAt && evidence.Surprise > _peak)
        {
            _peak = evidence.Surprise;
        }
    }

    /// <summary>Whether the level is to be kept from learning; what has lasted for a day is learnt, and quickly.</summary>
    private bool IsFrozen(in Evidence evidence)
    {
        if (evidence.Surprise < FreezeAt)
        {
            _frozen = Math.Max(0, _frozen - 1);
            return false;
        }

        if (++_frozen < law.FreezeBuckets)
        {
            return true;
        }

        const double Kept = 0.05;
        (_level, _weight, _frozen) = (_level * Kept, _weight * Kept, 0);
        return false;
    }

    private void LearnSpread()
    {
        if (_age < LearnFreelyBuckets)
        {
            return;
        }

        for (var i = 0; i < FadingSums.Count; i++)
        {
            var mean = _sums.Expected(i);
            var off = Math.Min(_sums.Seen(i) - mean, CutAt * Math.Sqrt(Variance(i, mean)));
            _spread[i] = (_spread[i] * law.SpreadDecay) + (off * off / (mean + (Wobble * mean * mean)));
        }

        _spreadWeight = (_spreadWeight * law.SpreadDecay) + 1;
    }

    private double LearnLevel(double count, double expected, double season)
    {
        var cut = _weight < LearnFreelyBuckets ? double.MaxValue : Math.Max(1, expected + (CutAt * Math.Sqrt(Variance(0, expected))));
        var learnt = Math.Min(count, cut);
        _level = (_level * _decay) + learnt;
        _weight = (_weight * _decay) + (season * Volume);
        return learnt;
    }

    private void LearnVolume(double others, double season)
    {
        const double Kept = 1 - (1 / VolumeLife);
        _othersSeen = (_othersSeen * Kept) + others;
        _othersExpected = (_othersExpected * Kept) + (OthersLevel * season);
        _others = (_others * _decay) + others;
        _othersWeight = (_othersWeight * _decay) + season;
    }
}
