using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Spikes;

public sealed class NegativeBinomialTests
{
    [Theory]
    [InlineData(0.05, 0.06)]
    [InlineData(0.5, 1)]
    [InlineData(3, 3.3)]
    [InlineData(3, 30)]
    [InlineData(40, 100)]
    [InlineData(200, 5000)]
    public void Tails_and_quantiles_equal_the_sum_of_single_probabilities(double mean, double variance)
    {
        var r = mean * mean / (variance - mean);
        var q = mean / (r + mean);

        // P(0) = (1 - q)^r and P(k + 1) = P(k) q (k + r) / (k + 1).
        var (p, tail) = (Math.Pow(1 - q, r), 1.0);
        for (var k = 0; k < mean + (6 * Math.Sqrt(variance)); k++)
        {
            Assert.Equal(tail, NegativeBinomial.Tail(k, mean, variance), 9);
            tail -= p;
            p *= q * (k + r) / (k + 1);
        }

        var median = NegativeBinomial.Quantile(0.5, mean, variance);
        Assert.True(NegativeBinomial.Tail(median + 1, mean, variance) <= 0.5);
        Assert.True(median == 0 || NegativeBinomial.Tail(median, mean, variance) > 0.5);
    }

    [Fact]
    public void Far_out_the_tail_is_still_told_apart()
    {
        var before = 1.0;
        for (var count = 10; count < 400; count += 10)
        {
            var tail = NegativeBinomial.Tail(count, 5, 8);
            Assert.InRange(tail, double.Epsilon, before * 0.5);
            before = tail;
        }
    }
}
