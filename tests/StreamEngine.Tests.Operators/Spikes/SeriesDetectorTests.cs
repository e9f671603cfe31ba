using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Spikes;

public sealed class SeriesDetectorTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_burst_is_told_once_and_only_what_is_clearly_worse_is_told_again()
    {
        var points = Detect(Counts(seed: 3, days: 6, i => i is >= 1400 and < 1430 ? 200 : i is >= 1460 and < 1466 ? 190 : 0));

        Assert.DoesNotContain(points[..1400], p => p.IsAlert);
        Assert.True(points[1400].IsAlert);
        Assert.InRange(points.Count(p => p.IsAlert), 1, 4);
        Assert.DoesNotContain(points[1440..], p => p.IsAlert);
        Assert.All(points, p => Assert.InRange(p.Score, 0, 1));
        Assert.All(points, p => Assert.Equal(p.IsAlert, p.Score >= 0.5));
    }

    [Fact]
    public void A_points_score_does_not_depend_on_what_comes_after_it()
    {
        var counts = Counts(seed: 4, days: 3, i => i is > 500 and < 520 ? 60 : 0);

        Assert.Equal(Detect(counts)[..600], Detect([.. counts.Take(600)]));
    }

    [Fact]
    public void The_hour_of_the_day_is_learnt()
    {
        var points = Detect(Counts(seed: 5, days: 14, _ => 0));

        var (night, noon) = (points[(13 * 288) + 36].Expected, points[(13 * 288) + 180].Expected);
        Assert.InRange(night, 4, 14);
        Assert.InRange(noon, 28, 44);
    }

    [Fact]
    public void An_incident_is_not_learnt_and_a_lasting_change_is()
    {
        var incident = Detect(Counts(seed: 6, days: 9, i => i is >= 2000 and < 2100 ? 300 : 0));
        var lasting = Detect(Counts(seed: 6, days: 9, i => i >= 2000 ? 300 : 0));

        Assert.InRange(incident[2110].Expected, 0, 50);
        Assert.InRange(lasting[^1].Expected, 150, 500);
    }

    private static SeriesPoint[] Detect(IReadOnlyList<double> counts)
    {
        var detector = new SeriesDetector(TimeSpan.FromMinutes(5));
        return [.. counts.Select((count, i) => detector.Next(_start.AddMinutes(5 * i), count))];
    }

    /// <summary>Counts of 5 minutes around 20, from 4 at night to 36 by day.</summary>
    private static double[] Counts(int seed, int days, Func<int, double> extra)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, days * 288).Select(i =>
            {
                var mean = 20 - (16 * Math.Cos((i - 36) * 2 * Math.PI / 288)) + extra(i);
                return Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
            }),
        ];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
