namespace StreamEngine.Operators;

/// <summary>
/// Puts what <see cref="CountModel"/> says of a brand's counts together with what an alert must have besides: enough posts, and a share
/// of all posts that has risen too. A bucket still open holds fewer posts than it will, so looking at it early can miss but hardly overstate.
/// </summary>
internal sealed class SpikeDetector(SpikeSettings settings, CountLaw law)
{
    /// <summary>Horizons that can be shown: those whose buckets are kept.</summary>
    private const int Shown = 5;

    /// <summary>What opens an incident, as a part of the threshold: six horizons and the test for a lasting rise that each keep to theirs exceed it together more often.</summary>
    private const double OpensAt = 1.25;

    /// <summary>An incident goes on while the last buckets are so many deviations above the usual: the hysteresis.</summary>
    private const double StaysAt = 2;

    /// <summary>Whether a rise goes on is seen on the shortest horizon, of three buckets at least, that usually has so many posts.</summary>
    private const double EnoughToSee = 4;

    private const int ShortestToSee = 1;

    /// <summary>A slow burn is no surprise at any moment: it is the last buckets being so many deviations above the usual ...</summary>
    private const double BurnsAt = 2.43;

    /// <summary>A slow burn goes on while they are so many deviations above it: by then the usual has learnt some of it.</summary>
    private const double BurnStaysAt = 1;

    /// <summary>... on a horizon of at least 20 ...</summary>
    private const int ShortestToBurn = 3;

    /// <summary>... for so long without a break, in ms.</summary>
    private const long BurnsFor = 2 * 3_600_000;

    private const double ShareDeviations = 1;

    /// <summary>What is to be said of a brand at a bucket.</summary>
    public Finding Look(BrandSeries series, BrandWatch watch, long index)
    {
        var season = series.Season(index);
        var sums = series.SumsAt(index, watch);
        var evidence = watch.Model.Judge(sums, series.At(index).Judged(watch.Kind), season);
        var now = Above(series, watch, index, sums, season, ShortestToSee);
        var slow = Above(series, watch, index, sums, season, ShortestToBurn);
        var isHigh = slow.Deviations >= BurnsAt;
        var surprises = Math.Max(evidence.Surprise, evidence.Rise) >= OpensAt;
        var burns = !surprises && isHigh && (index * law.BucketSize) - watch.HighSince >= BurnsFor;
        var finding = burns ? slow.Finding : Show(series, watch, index, sums, season);
        return finding with
        {
            IsSpike = (surprises || burns) && now.Deviations > 0 && finding.Effective >= settings.MinNegative && ShareIsHigh(finding, watch),
            IsElevated = now.Deviations >= StaysAt,
            IsHigh = isHigh,
            IsWarm = slow.Deviations >= BurnStaysAt,
            IsSlow = burns,
        };
    }

    /// <summary>The last buckets, and how many deviations they are above the usual by themselves: a long horizon remembers what is over.</summary>
    private (Finding Finding, double Deviations) Above(BrandSeries series, BrandWatch watch, long index, in FadingSums sums, double season, int shortest)
    {
        var horizon = shortest;
        while (horizon < Shown - 1 && watch.Model.Level * season * FadingSums.Lives[horizon] < EnoughToSee)
        {
            horizon++;
        }

        BucketCounts counts = default;
        var taken = 0;
        for (; taken < FadingSums.Lives[horizon]; taken++)
        {
            counts += series.At(index - taken);
        }

        var (mean, variance) = watch.Model.Usual(sums, horizon, taken, season);
        var judged = counts.Judged(watch.Kind);
        var p = shortest == ShortestToSee ? 1 : Math.Min(1, Shown * NegativeBinomial.Tail(judged, mean, variance));
        return (Of(watch, index, taken, counts, mean, variance, p), (judged - mean) / Math.Sqrt(variance));
    }

    private Finding Of(BrandWatch watch, long index, int buckets, in BucketCounts counts, double mean, double variance, double p) => new(
        (index - buckets + 1) * law.BucketSize, (index + 1) * law.BucketSize, counts.Observed(watch.Kind), counts.Judged(watch.Kind),
        counts.Posts, mean, variance, p, watch.UsualShare, false, false);

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
                shown = Of(watch, index, taken, counts, mean, variance, p);
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
