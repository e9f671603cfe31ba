namespace StreamEngine.Operators;

/// <summary>What all brands share in judging counts: the bucket's size, and what follows from it and from the options.</summary>
internal sealed class CountLaw
{
    private const double Day = 86_400_000;
    private const double Week = 7 * Day;
    private const double Soon = Day / 12;
    private const double LeastNominal = 1.5;
    private const double HorizonPower = 0.7;
    private const double RiseStarts = Day / 48;
    private const double FirstCaution = 0.4;
    private const double WarmUp = Day / 8;
    private const double ShortestMemory = 2 * 3_600_000.0;

    private readonly double _history;

    /// <param name="history">After how many ms a bucket counts half for the usual level.</param>
    /// <param name="budget">Incidents by chance per week and brand.</param>
    public CountLaw(long history, double budget) => (_history, Budget) = (history, budget);

    /// <summary>How long a bucket is, in ms; 0 before it is known.</summary>
    public long BucketSize { get; private set; }

    /// <summary>Incidents by chance per week and brand.</summary>
    public double Budget { get; }

    /// <summary>
    /// −log₁₀ of the probability that chance reaches with a measure of <see cref="DayPeaks"/> as often as the budget says, were counts as the
    /// model has them: a horizon of H buckets looks at about buckets ÷ H different things a week, and the horizons share the budget; the test
    /// for a lasting rise starts anew about every half hour. At least 1.5.
    /// </summary>
    public double Nominal(int measure) => Math.Max(LeastNominal, Math.Log10(LooksPerWeek(measure) / Budget));

    /// <summary>What is left after a bucket of the memory of the last peak: half after a day.</summary>
    public double PeakDecay { get; private set; }

    /// <summary>What is left after a bucket of how lately that peak was: half after two hours.</summary>
    public double SoonDecay { get; private set; }

    /// <summary>How long an incident may keep the level from being learnt: a day. What lasts longer is the new level.</summary>
    public long FreezeBuckets { get; private set; }

    /// <summary>Buckets after which a day's greatest surprise says something about the brand and not about how little is known.</summary>
    public long WarmBuckets { get; private set; }

    /// <summary>
    /// By how much thresholds are raised for a brand that is so many buckets old: to 1.4 times at first, as neither its hours nor its spread
    /// are known; not any more after a day.
    /// </summary>
    public double Caution(long ageBuckets) => 1 + (FirstCaution * Math.Max(0, 1 - (ageBuckets * (double)BucketSize / Day)));

    /// <summary>Sets the bucket's size, and what follows from it.</summary>
    public void Begin(long bucketSize)
    {
        BucketSize = bucketSize;
        PeakDecay = DecayFor(Day);
        SoonDecay = DecayFor(Soon);
        FreezeBuckets = Math.Max(1, (long)(Day / bucketSize));
        WarmBuckets = Math.Max(6, (long)(WarmUp / bucketSize));
    }

    /// <summary>What is left of the level's past after a bucket, for a series of an age: half after its age, at most after the history.</summary>
    public double LevelDecay(long ageBuckets) => DecayFor(Math.Clamp(ageBuckets * (double)BucketSize, ShortestMemory, Math.Max(ShortestMemory, _history)));

    private double LooksPerWeek(int measure) =>
        measure == DayPeaks.Rise ? Week / RiseStarts : FadingSums.Count * Week / BucketSize / Math.Pow(FadingSums.Lives[measure], HorizonPower);

    private double DecayFor(double halfLife) => Math.Pow(0.5, BucketSize / halfLife);
}
