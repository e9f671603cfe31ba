namespace StreamEngine.Operators;

/// <summary>What all brands share in judging counts: the bucket's size, and what follows from it and from the options.</summary>
internal sealed class CountLaw
{
    private const double Day = 86_400_000;
    private const double Week = 7 * Day;
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

    /// <summary>−log₁₀ of the probability that the buckets of a week, on every horizon, reach together as often as the budget says; at least 2.</summary>
    public double Nominal { get; private set; }

    /// <summary>What is left after a bucket of the memory of the last peak: half after a day.</summary>
    public double PeakDecay { get; private set; }

    /// <summary>What is left of the spread after a bucket: half after a week.</summary>
    public double SpreadDecay { get; private set; }

    /// <summary>How long an incident may keep the level from being learnt: a day. What lasts longer is the new level.</summary>
    public long FreezeBuckets { get; private set; }

    /// <summary>Buckets after which a day's greatest surprise says something about the brand and not about how little is known.</summary>
    public long WarmBuckets { get; private set; }

    /// <summary>Sets the bucket's size, and what follows from it.</summary>
    public void Begin(long bucketSize)
    {
        BucketSize = bucketSize;
        Nominal = Math.Max(2, Math.Log10(FadingSums.Count * Week / bucketSize / Budget));
        PeakDecay = DecayFor(Day);
        SpreadDecay = DecayFor(Week);
        FreezeBuckets = Math.Max(1, (long)(Day / bucketSize));
        WarmBuckets = Math.Max(6, (long)(WarmUp / bucketSize));
    }

    /// <summary>What is left of the level's past after a bucket, for a series of an age: half after its age, at most after the history.</summary>
    public double LevelDecay(long ageBuckets) => DecayFor(Math.Clamp(ageBuckets * (double)BucketSize, ShortestMemory, Math.Max(ShortestMemory, _history)));

    private double DecayFor(double halfLife) => Math.Pow(0.5, BucketSize / halfLife);
}
