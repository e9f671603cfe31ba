using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// What is usual for one count of a brand, bucket by bucket, and how surprising a new one is. See docs/alerts.md.
/// </summary>
/// <remarks>
/// Usual = level × hour of the week. The level is a fading mean of counts that are cut where they are far above what was expected, and is
/// not learnt at all while the brand is elevated, up to a day. Expected over a horizon = usual × how the time before it was × how much busier
/// the posts of the other kind have become, so that a rise of posts of every kind is no surprise. Counts are over-dispersed: negative
/// binomial, the spread beyond chance learnt per horizon. The threshold of a horizon is what its surprise reaches on the brand's own days as
/// often as the budget allows.
/// </remarks>
internal sealed class CountModel(CountLaw law)
{
    private const double PriorLevel = 0.5;
    private const double PriorBuckets = 2;
    private const double PriorWobble = 0.1;
    private const double PriorWobbleBuckets = 20;
    private const double MinWobble = 0.005;
    private const double MinUsual = 0.02;
    private const double MinLevel = 0.05;
    private const double Spread = 1.05;

    /// <summary>Counts are learnt up to so many deviations above what is expected, and what is off up to fewer: the bulk, not the tail.</summary>
    private const double CutAt = 3;

    private const double WobbleCutAt = 2;
    private const double LearnFreelyBuckets = 10;
    private const double MaxSurprise = 300;

    /// <summary>For a score by itself, without an alert's gates: horizons agree when their mean is so much of their thresholds ...</summary>
    private const double AgreeAt = 0.8;

    /// <summary>... or one of them is so many times beyond its own.</summary>
    private const double AloneAt = 1.5;

    /// <summary>From so much surprise on the level is not learnt.</summary>
    private const double FreezeAt = 2;

    /// <summary>A wave of the other kind is learnt up to so many times its level.</summary>
    private const double MostLearntRise = 3;

    /// <summary>A rate that lasts an hour spreads as the horizon of 50 buckets does.</summary>
    private const int RiseWobble = 4;

    private const int KeepDecayFor = 64;

    private readonly double[] _off = new double[FadingSums.Count];
    private readonly double[] _offWeight = new double[FadingSums.Count];
    private readonly DayPeaks _days = new(law);
    private FadingSums _sums;
    private double _level;
    private double _weight;
    private double _others;
    private double _othersWeight;
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

    /// <summary>How many posts of both kinds the levels come from; what is long ago counts less.</summary>
    public double PostsLearnt => _level + _others;

    /// <summary>Takes a bucket into sums that go on from <see cref="Sums"/>.</summary>
    public void Add(ref FadingSums sums, double count, double others, double season)
    {
        var usual = Math.Max(MinUsual, Level * season);
        sums.Add(count, usual, others, OthersLevel * season);
        if (_age >= LearnFreelyBuckets)
        {
            var before = Outlook.Before(sums);
            var expected = usual * before.Factor * (1 + Math.Sqrt(Wobble(RiseWobble) + before.Doubt));
            sums.Rise = RiseTest.Next(sums.Rise, count, expected, Level, _days.Threshold(DayPeaks.Rise));
        }
    }

    /// <summary>What is to be expected on a horizon.</summary>
    /// <param name="sums">The sums up to the bucket looked at, with it.</param>
    /// <param name="horizon">Which.</param>
    /// <param name="buckets">How many buckets of the present hour it holds.</param>
    /// <param name="season">The factor of the hour.</param>
    public (double Mean, double Variance) Expect(in FadingSums sums, int horizon, double buckets, double season)
    {
        var outlook = Outlook.On(sums, horizon);
        var mean = Math.Max(MinUsual, Level * season) * buckets * outlook.Factor;
        return (mean, Variance(horizon, mean, outlook.Doubt));
    }

    /// <summary>What is usual on a horizon, whatever the last hours were like.</summary>
    public (double Mean, double Variance) Usual(in FadingSums sums, int horizon, double buckets, double season)
    {
        var mean = Math.Max(MinUsual, Level * season) * buckets * Outlook.Busy(sums, horizon);
        return (mean, Variance(horizon, mean, 0));
    }

    /// <summary>How surprising a bucket is.</summary>
    /// <param name="sums">The sums up to it, with it.</param>
    /// <param name="count">What was counted in it.</param>
    /// <param name="season">The factor of its hour.</param>
    public Evidence Judge(in FadingSums sums, double count, double season)
    {
        Span<double> surprises = stackalloc double[DayPeaks.Measures];
        return Judge(sums, count, season, surprises);
    }

    /// <summary>Learns the bucket after the last one.</summary>
    /// <param name="start">When it started, ms since 1970.</param>
    /// <param name="count">What was counted.</param>
    /// <param name="others">Posts of the other kind.</param>
    /// <param name="season">The factor of its hour.</param>
    /// <returns>What is said of the bucket with all that is in it, and what of the count was learnt; below 0: nothing, as the brand is elevated.</returns>
    public (Evidence Evidence, double Learnt) Learn(long start, double count, double others, double season)
    {
        Span<double> surprises = stackalloc double[DayPeaks.Measures];
        Add(ref _sums, count, others, season);
        var evidence = Judge(_sums, count, season, surprises);
        LearnPeaks(start, count, evidence, surprises);
        LearnWobble();
        var learnt = IsFrozen(evidence) ? -1 : LearnLevel(count, season);
        LearnOthers(others, season);
        if (++_age % KeepDecayFor == 0)
        {
            _decay = law.LevelDecay(_age);
        }

        return (evidence, learnt);
    }

    public void Write(StateWriter writer)
    {
        _sums.Write(writer);
        foreach (var value in (ReadOnlySpan<double>)[.. _off, .. _offWeight, _level, _weight, _others, _othersWeight, _peak, _soon])
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

    /// <summary>ω: how much a horizon's counts are off as a part of themselves, squared, beyond what chance explains.</summary>
    private double Wobble(int horizon)
    {
        var usual = Math.Max(MinLevel, Level) * FadingSums.Lives[horizon];
        var prior = PriorWobbleBuckets * usual * usual;
        return Math.Max(MinWobble, (_off[horizon] + (PriorWobble * prior)) / (_offWeight[horizon] + prior));
    }

    /// <param name="horizon">The horizon.</param>
    /// <param name="mean">What is expected on it.</param>
    /// <param name="doubt">The relative variance of what that was compared with.</param>
    private double Variance(int horizon, double mean, double doubt)
    {
        var levelError = ((1 / Math.Max(MinLevel, Level)) + Wobble(0)) / (_weight + PriorBuckets);
        return (Spread * mean) + (mean * mean * (Wobble(horizon) + levelError + doubt));
    }

    private Evidence Judge(in FadingSums sums, double count, double season, Span<double> surprises)
    {
        var (sum, most) = (0.0, 0.0);
        var caution = law.Caution(_age);
        for (var i = 0; _age >= LearnFreelyBuckets && i < FadingSums.Count; i++)
        {
            surprises[i] = Surprise(sums, i);
            var ratio = surprises[i] / (caution * _days.Threshold(i));
            (sum, most) = (sum + ratio, Math.Max(most, ratio));
        }

        surprises[DayPeaks.Rise] = sums.Rise;
        var rise = sums.Rise / (caution * _days.Threshold(DayPeaks.Rise));

        // A bucket without posts is no news, whatever the horizons remember.
        return new Evidence(
            Usual(sums, 0, 1, season).Mean, count > 0 ? most : 0, count > 0 ? rise : 0, count > 0 ? Math.Max(sum / (FadingSums.Count * AgreeAt), most / AloneAt) : 0, Math.Max(1, _peak * (1 + _soon)));
    }

    private double Surprise(in FadingSums sums, int horizon)
    {
        var outlook = Outlook.On(sums, horizon);
        var (seen, mean) = (sums.Seen[horizon] * FadingSums.Unit(horizon), sums.Usual[horizon] * outlook.Factor * FadingSums.Unit(horizon));
        var variance = Variance(horizon, mean, outlook.Doubt);
        if (seen <= mean + Math.Sqrt(variance))
        {
            return 0;
        }

        var tail = NegativeBinomial.Tail(seen, mean, variance);
        return tail <= 0 ? MaxSurprise : Math.Min(MaxSurprise, -Math.Log10(tail));
    }

    private void LearnPeaks(long start, double count, in Evidence evidence, ReadOnlySpan<double> surprises)
    {
        _days.Enter(start);
        for (var i = 0; count > 0 && _age >= law.WarmBuckets && i < DayPeaks.Measures; i++)
        {
            _days.Add(i, surprises[i]);
        }

        // Right after a peak only what is twice as surprising is news; later what is as surprising.
        _peak *= law.PeakDecay;
        _soon *= law.SoonDecay;
        if (evidence.Weight >= 1 && evidence.Weight > _peak)
        {
            (_peak, _soon) = (evidence.Weight, 1);
        }
    }

    /// <summary>Whether the level is to be kept from learning; what has lasted for a day is learnt, and quickly.</summary>
    private bool IsFrozen(in Evidence evidence)
    {
        if (evidence.Surprise < FreezeAt)
        {
            _frozen = _frozen >= law.FreezeBuckets ? 0 : Math.Max(0, _frozen - 1);
            return false;
        }

        if (++_frozen == law.FreezeBuckets)
        {
            const double Kept = 0.05;
            (_level, _weight) = (_level * Kept, _weight * Kept);
        }

        return _frozen < law.FreezeBuckets;
    }

    private void LearnWobble()
    {
        if (_age < LearnFreelyBuckets)
        {
            return;
        }

        for (var i = 0; i < FadingSums.Count; i++)
        {
            var outlook = Outlook.On(_sums, i);
            var mean = _sums.Usual[i] * outlook.Factor * FadingSums.Unit(i);
            var off = Math.Min((_sums.Seen[i] * FadingSums.Unit(i)) - mean, WobbleCutAt * Math.Sqrt(Variance(i, mean, outlook.Doubt)));
            _off[i] = (_off[i] * _decay) + (off * off) - (Spread * mean) - (outlook.Doubt * mean * mean);
            _offWeight[i] = (_offWeight[i] * _decay) + (mean * mean);
        }
    }

    private double LearnLevel(double count, double season)
    {
        var (expected, variance) = Expect(_sums, 0, 1, season);
        var cut = _weight < LearnFreelyBuckets ? double.MaxValue : Math.Max(1, expected + (CutAt * Math.Sqrt(variance)));
        var learnt = Math.Min(count, cut);
        _level = (_level * _decay) + learnt;
        _weight = (_weight * _decay) + season;
        return learnt;
    }

    private void LearnOthers(double others, double season)
    {
        _others = (_others * _decay) + Math.Min(others, Math.Max(1, MostLearntRise * OthersLevel * season));
        _othersWeight = (_othersWeight * _decay) + season;
    }
}
