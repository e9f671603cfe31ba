namespace StreamEngine.Operators;

/// <summary>
/// What is usual for one count of a brand, bucket by bucket, and how surprising a new one is. See docs/alerts.md.
/// </summary>
/// <remarks>
/// Expected = level × hour of the week × volume. The level is a fading mean of counts that are cut where they are far above what was
/// expected, and is not learnt at all while the brand is elevated, up to a day. The volume is how busy the posts of the other kind are, so
/// that a rise of posts of every kind is no surprise. Counts are over-dispersed: negative binomial with variance 1.05 μ + ωμ², ω learnt per
/// horizon. The threshold of a horizon is what its surprise reaches on the brand's own days as often as the budget allows.
/// </remarks>
internal sealed class CountModel(CountLaw law)
{
    private const double PriorLevel = 0.5;
    private const double PriorBuckets = 2;
    private const double PriorWobble = 0.1;
    private const double PriorWobbleBuckets = 20;
    private const double MinWobble = 0.005;
    private const double MinExpected = 0.05;
    private const double Spread = 1.05;

    /// <summary>Counts are learnt up to so many deviations above what is expected, and what is off up to fewer: the bulk, not the tail.</summary>
    private const double CutAt = 3;

    private const double WobbleCutAt = 2;
    private const double LearnFreelyBuckets = 10;
    private const double MaxSurprise = 300;

    /// <summary>A mean over horizons reaches 1 more seldom than each of them; at this much it is one in a week (see docs/alerts.md).</summary>
    private const double MeanAt = 0.8;

    /// <summary>A single horizon reaches 1 by itself at so many times its threshold.</summary>
    private const double SingleAt = 1.5;

    /// <summary>From so much surprise on the level is not learnt.</summary>
    private const double FreezeAt = 2;

    /// <summary>Right after a peak only what is so many times more surprising again is news; later what is as surprising.</summary>
    private const double SoonBy = 1;


    /// <summary>Horizons that are judged against how the last hours were.</summary>
    private const int SuddenHorizons = 2;

    private const double LocalPrior = 10;
    private const double MaxLocal = 4;
    private const int VolumeHorizon = 2;
    private const double VolumeLife = 36;

    /// <summary>Of posts of the kind that are too many, so many others come from misjudging some of them.</summary>
    private const double Misjudged = 0.5;

    private const double VolumePrior = 5;
    private const double MinVolume = 0.2;
    private const double MaxVolume = 20;

    /// <summary>A wave of the other kind is learnt up to so many times its level, and while it is higher the level is not learnt against it.</summary>
    private const double MostLearntRise = 3;

    private const int KeepDecayFor = 64;

    private readonly double[] _off = new double[FadingSums.Count];
    private readonly double[] _offWeight = new double[FadingSums.Count];
    private readonly DayPeaks _days = new(law);
    private FadingSums _sums;
    private double _level;
    private double _weight;
    private double _others;
    private double _othersWeight;
    private double _othersSeen;
    private double _othersExpected;
    private double _peak;
    private double _soon;
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
        var level = Math.Max(MinExpected, Level);
        var levelError = ((1 / level) + Wobble(0)) / (_weight + PriorBuckets);
        return (Spread * mean) + (mean * mean * (Wobble(horizon) + levelError));
    }

    /// <summary>How surprising a count is in the bucket after <paramref name="sums"/>.</summary>
    public Evidence Judge(in FadingSums sums, double count, double season)
    {
        var expected = Expected(season);
        var (sum, most) = (0.0, 0.0);
        var next = sums;
        var local = Local(sums);
        next.Add(count, expected);
        for (var i = 0; count > 0 && _age >= LearnFreelyBuckets && i < FadingSums.Count; i++)
        {
            var ratio = Surprise(next, i, local) / _days.Threshold(i);
            (sum, most) = (sum + ratio, Math.Max(most, ratio));
        }

        var surprise = Math.Max(sum / (FadingSums.Count * MeanAt), most / SingleAt);
        return new Evidence(expected, surprise, surprise / Math.Max(1, _peak * (1 + (SoonBy * _soon))));
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
        var local = Local(_sums);
        _sums.Add(count, expected);
        LearnPeaks(start, count, evidence, local);
        LearnWobble(local);
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
        foreach (var value in (ReadOnlySpan<double>)[.. _off, .. _offWeight, _level, _weight, _others, _othersWeight, _othersSeen, _othersExpected, _peak, _soon])
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
        foreach (var values in (ReadOnlySpan<double[]>)[_off, _offWeight])
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadDouble();
            }
        }

        _level = reader.ReadDouble();
        _weight = reader.ReadDouble();
        _others = reader.ReadDouble();
        _othersWeight = reader.ReadDouble();
        _othersSeen = reader.ReadDouble();
        _othersExpected = reader.ReadDouble();
        _peak = reader.ReadDouble();
        _soon = reader.ReadDouble();
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
    private double Volume
    {
        get
        {
            var seen = (_othersSeen + VolumePrior) / (_othersExpected + VolumePrior);
            if (seen <= 1)
            {
                return Math.Max(MinVolume, seen);
            }

            // Of posts of the kind some are misjudged; a rise of them must not hide behind those.
            var excess = Math.Max(0, _sums.Seen(VolumeHorizon) - _sums.Expected(VolumeHorizon)) / 2;
            return Math.Clamp((_othersSeen - (Misjudged * excess) + VolumePrior) / (_othersExpected + VolumePrior), 1, MaxVolume);
        }
    }

    /// <summary>ω: how much a horizon's counts are off as a part of themselves, squared, beyond what chance explains.</summary>
    private double Wobble(int horizon)
    {
        var usual = Math.Max(MinExpected, Level) * FadingSums.Lives[horizon];
        var prior = PriorWobbleBuckets * usual * usual;
        return Math.Max(MinWobble, (_off[horizon] + (PriorWobble * prior)) / (_offWeight[horizon] + prior));
    }

    /// <summary>How far the last hours were off, for horizons that are short against them: they ask what is sudden, the long ones what is too much.</summary>
    private static double Local(in FadingSums sums)
    {
        const int Hours = FadingSums.Count - 1;
        return Math.Clamp((sums.Seen(Hours) + LocalPrior) / (sums.Expected(Hours) + LocalPrior), 1 / MaxLocal, MaxLocal);
    }

    private double Surprise(in FadingSums sums, int horizon, double local)
    {
        var (seen, mean) = (sums.Seen(horizon), sums.Expected(horizon) * (horizon < SuddenHorizons ? local : 1));
        if (seen <= mean)
        {
            return 0;
        }

        var tail = NegativeBinomial.Tail(seen, mean, Variance(horizon, mean));
        return tail <= 0 ? MaxSurprise : Math.Min(MaxSurprise, -Math.Log10(tail));
    }

    private void LearnPeaks(long start, double count, in Evidence evidence, double local)
    {
        _days.Enter(start);
        for (var i = 0; count > 0 && _age >= law.WarmBuckets && i < FadingSums.Count; i++)
        {
            _days.Add(i, Surprise(_sums, i, local));
        }

        _peak *= law.PeakDecay;
        _soon *= law.SoonDecay;
        if (evidence.Surprise >= 1 && evidence.Surprise > _peak)
        {
            (_peak, _soon) = (evidence.Surprise, 1);
        }
    }

    /// <summary>Whether the level is to be kept from learning; what has lasted for a day is learnt, and quickly.</summary>
    private bool IsFrozen(in Evidence evidence)
    {
        if (evidence.Surprise < FreezeAt)
        {
            _frozen = Math.Max(0, _frozen - 1);
            return Volume > MostLearntRise;
        }

        if (++_frozen < law.FreezeBuckets)
        {
            return true;
        }

        const double Kept = 0.05;
        (_level, _weight, _frozen) = (_level * Kept, _weight * Kept, 0);
        return false;
    }

    private void LearnWobble(double local)
    {
        if (_age < LearnFreelyBuckets)
        {
            return;
        }

        for (var i = 0; i < FadingSums.Count; i++)
        {
            var mean = _sums.Expected(i) * (i < SuddenHorizons ? local : 1);
            var off = Math.Min(_sums.Seen(i) - mean, WobbleCutAt * Math.Sqrt(Variance(i, mean)));
            _off[i] = (_off[i] * _decay) + (off * off) - (Spread * mean);
            _offWeight[i] = (_offWeight[i] * _decay) + (mean * mean);
        }
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
        _others = (_others * _decay) + Math.Min(others, Math.Max(1, MostLearntRise * OthersLevel * season));
        _othersWeight = (_othersWeight * _decay) + season;
    }
}
