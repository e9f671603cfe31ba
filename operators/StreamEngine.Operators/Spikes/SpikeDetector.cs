namespace StreamEngine.Operators;

/// <summary>
/// Puts what <see cref="CountModel"/> says of a brand's counts together with what an alert must have besides: enough posts, and a share
/// of all posts that has risen too. A bucket still open holds fewer posts than it will, so looking at it early can miss but hardly overstate.
/// </summary>
internal sealed class SpikeDetector(SpikeSettings settings, CountLaw law)
{
    /// <summary>Horizons that can be shown: those whose buckets are kept.</summary>
    private const int Shown = 5;

    /// <summary>An incident goes on while the last buckets are so many deviations above the usual: the hysteresis.</summary>
    private const double StaysAt = 2;

    /// <summary>The horizon on which it is seen whether a rise goes on.</summary>
    private const int Now = 2;

    private const double ShareDeviations = 1;

    /// <summary>What is to be said of a brand at a bucket.</summary>
    public Finding Look(BrandSeries series, BrandWatch watch, long index)
    {
        var season = series.Season(index);
        var sums = series.SumsAt(index, watch);
        var evidence = watch.Model.Judge(sums, series.At(index).Judged(watch.Kind), season);
        var finding = Show(series, watch, index, sums, season);
        var height = Height(series, watch, index, sums, season);
        return finding with
        {
            IsSpike = evidence.Surprise >= 1 && height > 0 && finding.Effective >= settings.MinNegative && ShareIsHigh(finding, watch),
            IsElevated = height >= StaysAt,
        };
    }

    /// <summary>How many deviations the last buckets are above the usual by themselves: a long horizon remembers what is over.</summary>
    private static double Height(BrandSeries series, BrandWatch watch, long index, in FadingSums sums, double season)
    {
        var judged = 0L;
        for (var i = 0; i < FadingSums.Lives[Now]; i++)
        {
            judged += series.At(index - i).Judged(watch.Kind);
        }

        var (mean, variance) = watch.Model.Usual(sums, Now, FadingSums.Lives[Now], season);
        return (judged - mean) / Math.Sqrt(variance);
    }

    /// <summary>The horizon on which so many posts are the least likely.</summary>
    private Finding Show(BrandSeries series, BrandWatch watch, long index, in FadingSums sums, double season)
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

            var (mean, variance) = watch.Model.Expect(sums, i, taken, season);
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
    private bool ShareIsHigh(in Finding finding, BrandWatch watch)
    {
        var usual = finding.UsualShare;
        var posts = Math.Max(1, finding.Posts - finding.Observed + finding.Effective);
        var error = Math.Sqrt(usual * (1 - usual) * ((1.0 / posts) + (1 / (watch.Model.PostsLearnt + 1))));
        return (double)finding.Effective / posts >= usual + Math.Max(settings.ShareRise * (1 - usual), ShareDeviations * error);
    }
}
