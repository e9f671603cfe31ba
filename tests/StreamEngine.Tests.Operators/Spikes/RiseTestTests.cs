using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Spikes;

public sealed class RiseTestTests
{
    private const double Threshold = 2.5;

    [Fact]
    public void What_is_usual_leaves_no_evidence_and_a_rise_soon_does()
    {
        var evidence = Enumerable.Repeat(1.0, 100).Aggregate(0.0, (sum, count) => RiseTest.Next(sum, count, 1, 1, Threshold));
        Assert.Equal(0, evidence);

        var risen = Enumerable.Repeat(5.0, 2).Aggregate(evidence, (sum, count) => RiseTest.Next(sum, count, 1, 1, Threshold));
        Assert.True(risen >= Threshold, $"{risen}");
    }

    [Fact]
    public void A_rise_that_is_over_is_soon_forgotten_however_long_it_was()
    {
        var evidence = Enumerable.Repeat(20.0, 500).Aggregate(0.0, (sum, count) => RiseTest.Next(sum, count, 1, 1, Threshold));
        var after = Enumerable.Repeat(1.0, 3).Aggregate(evidence, (sum, count) => RiseTest.Next(sum, count, 1, 1, Threshold));
        Assert.InRange(after, 0, Threshold);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.2)]
    [InlineData(2)]
    public void Chance_alone_opens_at_most_one_incident_a_week(double rate)
    {
        const double OpensAt = 1.15;
        const double RatherTooHigh = 1.2;
        const int Weeks = 20;
        var law = new CountLaw(7 * 86_400_000L, 1);
        law.Begin(60_000);
        var threshold = law.Nominal(DayPeaks.Rise);
        var random = new Random(11);
        var (evidence, incidents) = (0.0, 0);
        for (var minute = 0; minute < Weeks * 7 * 1440; minute++)
        {
            evidence = RiseTest.Next(evidence, Poisson(random, rate), rate * RatherTooHigh, rate, threshold);
            if (evidence >= OpensAt * threshold)
            {
                (evidence, incidents) = (0, incidents + 1);
            }
        }

        Assert.InRange(incidents, 0, Weeks);
    }

    private static int Poisson(Random random, double mean)
    {
        var (count, product) = (-1, 1.0);
        for (var limit = Math.Exp(-mean); product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }
}
