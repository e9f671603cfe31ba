namespace StreamEngine.Operators;

/// <summary>How many times the usual is to be expected on a horizon, given the time before it and the posts of the other kind.</summary>
/// <param name="Factor">That.</param>
/// <param name="Doubt">How uncertain it is: a relative variance.</param>
internal readonly record struct Outlook(double Factor, double Doubt)
{
    /// <summary>A horizon is compared with the one so many steps longer: the time before it, about six times as long.</summary>
    private const int Steps = 2;

    /// <summary>As strong as so many posts that were as usual.</summary>
    private const double Prior = 5;

    /// <summary>A lasting rise is compared with the time before about the last 50 buckets; that is as strong as so many posts.</summary>
    private const double PriorBefore = 10;

    private const int Last = 4;

    /// <summary>Posts that the difference of two fading sums is worth, per unit of it: it holds weights that are mostly below 1.</summary>
    private const double Worth = 1.3;

    private const double MaxLately = 10;
    private const double MaxBusier = 20;

    /// <summary>Of posts of the kind that are too many, so many others come from misjudging some of them.</summary>
    private const double Misjudged = 0.35;

    /// <summary>What to expect on a horizon. The longest two are compared with the usual alone: they ask what is too much, the others what is sudden.</summary>
    public static Outlook On(in FadingSums sums, int horizon)
    {
        var (lately, posts) = Lately(sums.Seen, sums.Usual, horizon);
        return new Outlook(lately * Busier(sums, horizon, lately, Lately(sums.Others, sums.OthersUsual, horizon).Ratio), posts == 0 ? 0 : 1 / posts);
    }

    /// <summary>
    /// What to expect if nothing but posts of every kind has risen: as before the last 50 buckets, at least the usual, times how much busier
    /// the other posts are over the last 8 or 20 of them, whichever is more.
    /// </summary>
    public static Outlook Before(in FadingSums sums)
    {
        var (ratio, posts) = Between(sums.Seen, sums.Usual, Last, FadingSums.Count - 1, PriorBefore);
        return new Outlook(Math.Max(1, ratio) * Math.Max(Busy(sums, 2), Busy(sums, 3)), 1 / posts);
    }

    /// <summary>How much busier than usual the posts of the other kind are: at least 1.</summary>
    public static double Busy(in FadingSums sums, int horizon) => Busier(sums, horizon, 1, 1);

    /// <summary>
    /// How the time before a horizon was, against the usual: the longer sum without the horizon's own. As the mean of a gamma distribution
    /// around 1 after so many posts were seen; these are given too, as its relative variance is one part in so many.
    /// </summary>
    private static (double Ratio, double Posts) Lately(ReadOnlySpan<double> seen, ReadOnlySpan<double> usual, int horizon)
    {
        var longer = horizon + Steps;
        return longer < FadingSums.Count ? Between(seen, usual, horizon, longer, Prior) : (1, 0);
    }

    /// <summary>How the time of the longer horizon was without that of the shorter one.</summary>
    private static (double Ratio, double Posts) Between(ReadOnlySpan<double> seen, ReadOnlySpan<double> usual, int shorter, int longer, double prior)
    {
        var posts = (Math.Max(0, seen[longer] - seen[shorter]) * Worth) + prior;
        return (Math.Clamp(posts / ((Math.Max(0, usual[longer] - usual[shorter]) * Worth) + prior), 1 / MaxLately, MaxLately), posts);
    }

    private static double Busier(in FadingSums sums, int horizon, double lately, double othersLately)
    {
        var excess = Math.Max(0, sums.Seen[horizon] - (sums.Usual[horizon] * lately));
        return Math.Clamp((sums.Others[horizon] - (Misjudged * excess) + Prior) / ((sums.OthersUsual[horizon] * othersLately) + Prior), 1, MaxBusier);
    }
}
