using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Core.Graph;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("200ms", 200)]
    [InlineData("30s", 30_000)]
    [InlineData(" 5m ", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void What_users_write_is_read(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("5 m")]
    [InlineData("-5m")]
    [InlineData("m")]
    [InlineData("5min")]
    [InlineData("1.m")]
    [InlineData(".5m")]
    [InlineData("5mm")]
    [InlineData("99999999999d")]
    [InlineData("922337203685477.6ms")]
    public void What_is_no_duration_is_refused(string? text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Every_duration_to_the_millisecond_is_read_as_it_was_written()
    {
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var duration = TimeSpan.FromMilliseconds(random.NextInt64(1L << random.Next(1, 45)));

            Assert.True(Durations.TryParse(Durations.Format(duration), out var read), Durations.Format(duration));
            Assert.Equal(duration, read);
        }
    }
}
