namespace StreamEngine.Operators;

/// <summary>
/// Tests the last bucket of a brand, alone and together with the 4 and the 14 before it, against what is usual: the sudden and the slow.
/// A bucket still open holds fewer posts than it will, so looking at it early can miss but hardly overstate.
/// </summary>
internal sealed class SpikeDetector(SpikeSettings settings, long bucketSize)
{
    /// <summary>An incident goes on while a finding is this many times likelier than what opens one: the hysteresis.</summary>
    private const double Hysteresis = 100;

    private const double ShareDeviations = 2;
    private const int RecentBuckets = 5;
    private static readonly int[] _horizons = [1, RecentBuckets, BrandSeries.Longest];

    private readonly double _threshold = settings.Threshold(bucketSize);

    /// <summary>What is to be said of a brand at a bucket.</summary>
    public Finding Look(BrandSeries series, long index)
    {
        var found = Look(series, index, _horizons[0]);
        foreach (var horizon in _horizons.AsSpan(1))
        {
            var finding = Look(series, index, horizon);
            if ((finding.IsSpike, -finding.PValue).CompareTo((found.IsSpike, -found.PValue)) > 0)
            {
                found = finding;
            }
        }

        var recent = IsRecent(series, index);
        return found with { IsSpike = found.IsSpike && recent, IsElevated = found.PValue < Hysteresis * _threshold && recent };
    }

    private Finding Look(BrandSeries series, long index, int horizon)
    {
        var (negative, posts) = Count(series, index, horizon);
        var mean = horizon * series.Baseline.Level;
        var variance = series.Baseline.Variance(mean);
        var p = Math.Min(1, _horizons.Length * NegativeBinomial.Tail(negative, mean, variance));
        var spike = p < _threshold && negative >= settings.MinNegative && ShareIsHigh(negative, posts, series.Baseline.Share);
        return new Finding(
            (index - horizon + 1) * bucketSize, (index + 1) * bucketSize, negative, posts, mean, variance, p, series.Baseline.Share, spike, false);
    }

    /// <summary>A rise of posts of every kind, or of praise, is no crisis: the share of negative ones must have risen too.</summary>
    private bool ShareIsHigh(long negative, long posts, double usual)
    {
        var share = (double)negative / posts;
        return share >= usual + (settings.ShareRise * (1 - usual)) && share >= usual + (ShareDeviations * Math.Sqrt(usual * (1 - usual) / posts));
    }

    /// <summary>Whether the last buckets are high by themselves, so that a long horizon neither opens an incident nor keeps it alive after its end.</summary>
    private static bool IsRecent(BrandSeries series, long index)
    {
        var (negative, _) = Count(series, index, RecentBuckets);
        var mean = RecentBuckets * series.Baseline.Level;
        return negative > mean + Math.Sqrt(series.Baseline.Variance(mean));
    }

    private static (long Negative, long Posts) Count(BrandSeries series, long index, int horizon)
    {
        var (negative, posts) = (0L, 0L);
        for (var i = index - horizon + 1; i <= index; i++)
        {
            var at = series.At(i);
            negative += at.Negative;
            posts += at.Posts;
        }

        return (negative, posts);
    }
}
