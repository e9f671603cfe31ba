using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Tests.Connectors.ClickHouse;

public sealed class OutageLogTests
{
    private static readonly ClickHouseException _down = new(ClickHouseFailure.Unreachable, 0, "Connection refused");
    private static readonly ClickHouseException _parts = new(ClickHouseFailure.TooManyParts, 252, "error 252: Too many parts (300)");

    [Fact]
    public void An_outage_is_told_once_per_cause_then_at_growing_intervals_and_once_when_it_is_over()
    {
        var (time, log) = (new SetTime(), new RecordingLogger());
        var outage = new OutageLog(new Uri("http://ch:8123/"), time, log);
        var toldAfter = new List<double>();
        for (var second = 0; second < 3600; second++)
        {
            var before = log.Warnings.Count;
            outage.Failed(_down);
            if (log.Warnings.Count > before)
            {
                toldAfter.Add(second);
            }

            time.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal([0, 60, 360, 1260, 2160, 3060], toldAfter);
        outage.Failed(_parts);
        outage.Failed(_parts);
        Assert.Equal(7, log.Warnings.Count);
        Assert.Contains("too many parts", log.Warnings[^1]);
        Assert.Contains("51 min 0 s", log.Warnings[^2]);

        outage.Succeeded();
        outage.Succeeded();
        Assert.Single(log.All, line => line.Contains("is back after 60 min 0 s and 3602 failed attempts"));
        outage.Failed(_down);
        Assert.Equal(8, log.Warnings.Count);
    }

    [Theory]
    [InlineData("Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 24.8)", 60, "Table a.b does not exist. (UNKNOWN_TABLE) (version 24.8)")]
    [InlineData("Code: 192, e.displayText() = DB::Exception: Unknown user nobody, e.what() = DB::Exception", 192, "Unknown user nobody")]
    [InlineData("Code: 27. DB::ParsingException: Cannot parse\nmore", 27, "Cannot parse")]
    public void Errors_of_old_and_recent_servers_are_read(string body, int code, string message)
    {
        Assert.True(ServerError.TryParse(body, out var readCode, out var text));
        Assert.Equal((code, message), (readCode, text));
    }

    [Fact]
    public void What_may_pass_is_retried_and_what_cannot_is_not()
    {
        static bool Retried(int code, bool hasWorked) => new ClickHouseException(ServerError.Classify(code), code, "").IsTransient(hasWorked);
        Assert.All([252, 241, 159, 202, 242, 999, 1000, 4711, 60], code => Assert.True(Retried(code, false)));
        Assert.All([62, 115, 53, 16], code => Assert.False(Retried(code, true)));

        // Wrong at the start, an outage once it has worked.
        Assert.All([516, 193, 81, 497], code => Assert.False(Retried(code, false)));
        Assert.All([516, 193, 81, 497], code => Assert.True(Retried(code, true)));
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
