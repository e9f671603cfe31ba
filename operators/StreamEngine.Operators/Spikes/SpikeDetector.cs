namespace StreamEngine.Operators;

/// <summary>
/// Puts what <see cref="CountModel"/> says of a brand's counts together with what an alert must have besides: enough posts, and a share
/// of all posts that has risen too. A bucket still open holds fewer posts than it will, so looking at it early can miss but hardly overstate.
/// </summary>
internal sealed class SpikeDetector(SpikeSettings settings, CountLaw law)
{
    /// <summary>An incident goes on while the surprise is at least this part of the threshold: the hysteresis.</summary>
    private const double StaysAt = 0.5;

    private const double ShareDeviations = 2;

    /// <summary>Horizons that can be shown: those whose buckets are kept.</summary>
    private const int Shown = 3;

    /// <summary>What is to be said of a brand at a bucket.</summary>
    public Finding Look(BrandSeries series, BrandWatch watch, long index)
    {
        var model = watch.Model;
        var season = series.Season(index);
        var sums = series.SumsBefore(index, watch);
        var judged = series.At(index).Judged(watch.Kind);
        var evidence = model.Judge(sums, judged, season);
        var finding = Show(series, watch, index, evidence.Expected);
        var isHigh = IsHigh(series, watch, index, evidence.Expected);
        return finding with
        {
            IsSpike = evidence.Surprise >= 1 && isHigh && finding.Effective >= settings.MinNegative && ShareIsHigh(finding, watch.UsualShare),
            IsElevated = evidence.Surprise >= StaysAt && isHigh,
        };
    }

    /// <summary>Whether the last six buckets are high by themselves: a long horizon remembers what is over.</summary>
    private static bool IsHigh(BrandSeries series, BrandWatch watch, long index, double expected)
    {
        const int Horizon = 1;
        var judged = 0L;
        for (var i = 0; i < FadingSums.Lives[Horizon]; i++)
        {
            judged += series.At(index - i).Judged(watch.Kind);
        }

        var mean = FadingSums.Lives[Horizon] * expected;
        return judged > mean + Math.Sqrt(watch.Model.Variance(Horizon, mean));
    }

    /// <summary>The horizon on which so many posts are the least likely.</summary>
    private Finding Show(BrandSeries series, BrandWatch watch, long index, double expected)
    {
        Finding shown = default;
        BucketCounts counts = default;
        var taken = 0;
        for (var i = 0; i < Shown; i++)
        {
            for (; taken < FadingSums.Lives[i]; taken++)
            {
                counts += series.At(index - taken);
            }

            var mean = taken * expected;
            var variance = watch.Model.Variance(i, mean);
            var p = Math.Min(1, Shown * NegativeBinomial.Tail(counts.Judged(watch.Kind), mean, variance));
            if (i == 0 || p < shown.PValue)
            {
                shown = new Finding(
                    (index - taken + 1) * law.BucketSize, (index + 1) * law.BucketSize, counts.Observed(watch.Kind), counts.Judged(watch.Kind),
                    counts.Posts, mean, variance, p, watch.UsualShare, false, false);
            }
        }

        return shown;
    }

    /// <summary>A rise of posts of every kind, or of the opposite kind, is no crisis: the share must have risen too.</summary>
    private bool ShareIsHigh(in Finding finding, double usual)
    {
        var posts = finding.Posts - finding.Observed + finding.Effective;
        var share = (double)finding.Effective / Math.Max(1, posts);
        return share >= usual + (settings.ShareRise * (1 - usual)) && share >= usual + (ShareDeviations * Math.Sqrt(usual * (1 - usual) / Math.Max(1, posts)));
    }
}
