namespace StreamEngine.Operators;

/// <summary>
/// Counts that spread more than chance alone: the negative binomial distribution by mean and variance (variance &gt; mean). Tails by the
/// regularised incomplete beta function, P(X ≥ x) = I_q(x, r) with r = mean² / (variance − mean) and q = mean / (r + mean); its continued
/// fraction as in Numerical Recipes, 3rd edition, §6.4.
/// </summary>
internal static class NegativeBinomial
{
    private const double Tiny = 1e-300;

    private static readonly double[] _lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The probability of at least <paramref name="count"/>; exact to about 10 digits also far out. Between whole counts it is interpolated smoothly.</summary>
    public static double Tail(double count, double mean, double variance)
    {
        if (count <= 0)
        {
            return 1;
        }

        var r = mean * mean / Math.Max(variance - mean, mean * 0.001);
        return IncompleteBeta(count, r, mean / (r + mean));
    }

    /// <summary>The smallest count that is not exceeded with a probability of at least <paramref name="probability"/>.</summary>
    public static long Quantile(double probability, double mean, double variance)
    {
        bool Covers(long count) => Tail(count + 1, mean, variance) <= 1 - probability;
        long high = 1;
        while (!Covers(high))
        {
            high *= 2;
        }

        long low = -1;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = Covers(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }

    private static double IncompleteBeta(double a, double b, double x)
    {
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2)
            ? front * ContinuedFraction(a, b, x) / a
            : 1 - (front * ContinuedFraction(b, a, 1 - x) / b);
    }

    /// <summary>Lentz's method.</summary>
    private static double ContinuedFraction(double a, double b, double x)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), h = d;
        for (var m = 1; m < 10_000; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            h *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-12)
            {
                break;
            }
        }

        return h;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>ln Γ(x) for x &gt; 0 by Lanczos' approximation (g = 7, 9 terms).</summary>
    private static double LogGamma(double x)
    {
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        x--;
        var sum = _lanczos[0];
        for (var i = 1; i < _lanczos.Length; i++)
        {
            sum += _lanczos[i] / (x + i);
        }

        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
