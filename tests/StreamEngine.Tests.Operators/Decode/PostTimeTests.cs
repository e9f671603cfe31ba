using System.Globalization;
using System.Text;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Decode;

public sealed class PostTimeTests
{
    [Theory]
    [InlineData("2026-03-01", "2026-03-01T00:00:00.000Z")]
    [InlineData("2026-03-01T12:30", "2026-03-01T12:30:00.000Z")]
    [InlineData("2026-03-01 12:30:15,1239", "2026-03-01T12:30:15.123Z")]
    [InlineData("2015-02-24 11:35:52 -0800", "2015-02-24T19:35:52.000Z")]
    [InlineData("2026-01-01T00:30:00+0545", "2025-12-31T18:45:00.000Z")]
    [InlineData("2026-01-01T00:30:00+01", "2025-12-31T23:30:00.000Z")]
    [InlineData("2024-02-29t24:00:00z", "2024-03-01T00:00:00.000Z")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z")]
    [InlineData("20260301", "2026-03-01T00:00:00.000Z")]
    [InlineData("19000101", "1900-01-01T00:00:00.000Z")]
    [InlineData("20991231", "2099-12-31T00:00:00.000Z")]
    [InlineData("20240229", "2024-02-29T00:00:00.000Z")]
    [InlineData("20260301T120000Z", "2026-03-01T12:00:00.000Z")]
    [InlineData("20260301T1230", "2026-03-01T12:30:00.000Z")]
    [InlineData("20260301t123015.5+0200", "2026-03-01T10:30:15.500Z")]
    [InlineData("20260301 123015 -08", "2026-03-01T20:30:15.000Z")]
    [InlineData("20260301T12:30:15Z", "2026-03-01T12:30:15.000Z")]
    [InlineData("2026-03-01T123015Z", "2026-03-01T12:30:15.000Z")]
    [InlineData("18991231", "1970-08-08T19:20:31.000Z")]
    [InlineData("21000101", "1970-09-01T01:21:41.000Z")]
    [InlineData("-20260301", "1969-05-11T12:08:19.000Z")]
    [InlineData("1772366400", "2026-03-01T12:00:00.000Z")]
    [InlineData("1772366400.001", "2026-03-01T12:00:00.001Z")]
    [InlineData("1.7723664e9", "2026-03-01T12:00:00.000Z")]
    [InlineData("1772366400123", "2026-03-01T12:00:00.123Z")]
    [InlineData("1772366400123456", "2026-03-01T12:00:00.123Z")]
    [InlineData("1772366400123456789", "2026-03-01T12:00:00.123Z")]
    [InlineData("-1", "1969-12-31T23:59:59.000Z")]
    public void Times_are_read_however_they_are_written(string text, string expected) => Assert.Equal(expected, Read(text, "auto"));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2026-02-29")]
    [InlineData("2026-13-01")]
    [InlineData("2026-03-01T25:00:00Z")]
    [InlineData("2026-03-01T12:00:00.Z")]
    [InlineData("2026-03-01T12:00:00+1")]
    [InlineData("2026-03-01T12:00:00Zulu")]
    [InlineData("0000-01-01")]
    [InlineData("1e300")]
    [InlineData("20260229")]
    [InlineData("20261301")]
    [InlineData("20260301T")]
    [InlineData("20260301T12")]
    [InlineData("20260301T12000")]
    [InlineData("20260301T120061Z")]
    [InlineData("20260301T1200:00Z")]
    [InlineData("20260301Z")]
    [InlineData("2026-0301")]
    [InlineData("18991231T120000Z")]
    public void What_is_no_time_is_refused(string text) => Assert.Null(Read(text, "auto"));

    [Theory]
    [InlineData("epoch_s", "100000000000", "5138-11-16T09:46:40.000Z")]
    [InlineData("epoch_ms", "1000", "1970-01-01T00:00:01.000Z")]
    [InlineData("epoch_us", "1000001", "1970-01-01T00:00:01.000Z")]
    [InlineData("epoch_s", "9223372036854775807", null)]
    [InlineData("epoch_s", "2026-03-01", null)]
    [InlineData("iso8601", "1772366400", null)]
    [InlineData("iso8601", "20260301", "2026-03-01T00:00:00.000Z")]
    [InlineData("iso8601", "20260301T120000Z", "2026-03-01T12:00:00.000Z")]
    [InlineData("epoch_s", "20260301", "1970-08-23T11:51:41.000Z")]
    [InlineData("epoch_ms", "20260301", "1970-01-01T05:37:40.301Z")]
    public void A_format_that_is_named_is_the_only_one(string format, string text, string? expected) => Assert.Equal(expected, Read(text, format));

    [Fact]
    public void Any_moment_with_any_offset_comes_back_to_the_millisecond()
    {
        const int seed = 17;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var moment = new DateTimeOffset(random.NextInt64(DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks) / 10_000 * 10_000, TimeSpan.Zero);
            if (moment.Year is > 2 and < 9998)
            {
                moment = moment.ToOffset(TimeSpan.FromMinutes(random.Next(-14 * 60, (14 * 60) + 1)));
            }

            foreach (var format in moment.Year is >= 1900 and < 2100 ? ["yyyy-MM-ddTHH:mm:ss.fffzzz", "yyyyMMddTHHmmss.fffzzz"] : new[] { "yyyy-MM-ddTHH:mm:ss.fffzzz" })
            {
                var text = moment.ToString(format, CultureInfo.InvariantCulture);
                Assert.True(PostTime.TryParse(Encoding.UTF8.GetBytes(text), PostTimeFormat.Auto, out var time), $"seed {seed}: {text}");
                Assert.True(moment.ToUnixTimeMilliseconds() == time, $"seed {seed}: {text}");
            }
        }
    }

    private static string? Read(string text, string format) =>
        PostTime.TryParse(Encoding.UTF8.GetBytes(text), PostTime.Format(format), out var time)
            ? DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
            : null;
}
