using StreamEngine.Operators;

namespace StreamEngine.Bench.Alerts;

/// <summary>
/// The best that any detector could do in drills of an hour: one that is told the true rate of every minute and the size of the rise, so
/// that only chance is left. Page's CUSUM for a Poisson rate that rises from λ to λ + ρ (Page 1954; its delay is the least possible for its rate of false
/// alarms: Moustakides 1986), S ← max(0, S + x ln(1 + ρ/λ) − ρ), with the threshold that gives one false alarm a week.
/// </summary>
internal sealed class OracleDrill(IReadOnlyList<ScoredMention> mentions, IReadOnlyDictionary<string, string> labels, int volume, Random random)
{
    private const double MinuteMs = 60_000;
    private const int Smooth = 90;
    private const int Length = 60;
    private const int Lead = 180;
    private const int Series = 60;
    private const int RisesPerBrand = 50;
    private const double WeekMinutes = 7 * 24 * 60;

    /// <summary>The share found of rises to <paramref name="factor"/> times the mean over an hour, and the median delay in minutes.</summary>
    public (double Share, double MedianDelay) Run(IEnumerable<string> brands, double factor)
    {
        var delays = brands.SelectMany(brand => Delays(brand, factor)).Order().ToList();
        return (delays.Count(double.IsFinite) / (double)delays.Count, delays[(delays.Count - 1) / 2]);
    }

    private IEnumerable<double> Delays(string brand, double factor)
    {
        var own = mentions.Where(m => m.Brand == brand).ToList();
        var (from, to) = (mentions.Min(m => m.Time), mentions.Max(m => m.Time));
        var rates = Rates(own.Where(m => m.Sentiment == "negative").Select(m => (int)((m.Time - from) / MinuteMs)), (int)((to - from) / MinuteMs) + 1);
        var negative = own.Where(m => labels[m.Id] == "neg").ToList();
        var rise = (factor - 1) * volume * negative.Count(m => m.Sentiment == "negative") / rates.Length;
        var threshold = Threshold(rates, rise);
        for (var i = 0; i < RisesPerBrand; i++)
        {
            var start = random.Next(24 * 60, rates.Length - Length);
            yield return Delay(rates, rise, start, threshold);
        }
    }

    /// <summary>Negative posts to expect in each minute, from the posts an hour and a half around it.</summary>
    private double[] Rates(IEnumerable<int> minutes, int length)
    {
        var rates = new double[length];
        foreach (var minute in minutes)
        {
            for (var i = Math.Max(0, minute - Smooth); i < Math.Min(length, minute + Smooth); i++)
            {
                rates[i] += volume / (2.0 * Smooth);
            }
        }

        return [.. rates.Select(rate => Math.Max(rate, 1e-4 * volume))];
    }

    private double Threshold(double[] rates, double rise)
    {
        var series = Enumerable.Range(0, Series).Select(_ => rates.Select(Poisson).ToArray()).ToList();
        var (low, high) = (0.0, 30.0);
        for (var step = 0; step < 20; step++)
        {
            var middle = (low + high) / 2;
            var alarms = series.Sum(counts => Alarms(counts, rates, rise, middle));
            (low, high) = alarms > Series * rates.Length / WeekMinutes ? (middle, high) : (low, middle);
        }

        return high;
    }

    private static int Alarms(int[] counts, double[] rates, double rise, double threshold)
    {
        var (sum, alarms) = (0.0, 0);
        for (var i = 0; i < counts.Length; i++)
        {
            sum = Next(sum, counts[i], rates[i], rise);
            (sum, alarms) = sum >= threshold ? (0, alarms + 1) : (sum, alarms);
        }

        return alarms;
    }

    private double Delay(double[] rates, double rise, int start, double threshold)
    {
        var sum = 0.0;
        for (var i = start - Lead; i < start + Length; i++)
        {
            sum = Next(sum, Poisson(rates[i] + (i >= start ? rise : 0)), rates[i], rise);
            if (sum >= threshold && i >= start)
            {
                return i + 1 - start;
            }

            sum = sum >= threshold ? 0 : sum;
        }

        return double.PositiveInfinity;
    }

    private static double Next(double sum, int count, double rate, double rise) => Math.Max(0, sum + (count * Math.Log(1 + (rise / rate))) - rise);

    private int Poisson(double mean)
    {
        var (count, product) = (-1, 1.0);
        for (var limit = Math.Exp(-mean); product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }
}
