using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

public sealed class EventClockTests
{
    private readonly EventClock _clock = new();

    [Fact]
    public void The_last_partition_is_the_least_of_those_here_that_are_not_caught_up_and_those_elsewhere_that_are_not_idle()
    {
        Assert.Equal(long.MaxValue, _clock.Least);
        _clock.Report(0, 500, caughtUp: false);
        _clock.Report(1, 100, caughtUp: true);
        _clock.Report(2, long.MinValue, caughtUp: false);
        _clock.Hear(3, 400, idle: false);
        _clock.Hear(4, 50, idle: true);
        _clock.Hear(5, long.MinValue, idle: false);

        Assert.Equal(400, _clock.Least);
        _clock.Hear(3, 400, idle: true);
        Assert.Equal(500, _clock.Least);
        _clock.Hear(4, 60, idle: false);
        Assert.Equal(60, _clock.Least);
    }

    [Fact]
    public void What_is_heard_late_changes_nothing()
    {
        _clock.Hear(0, 400, idle: false);
        _clock.Hear(0, 300, idle: true);
        Assert.Equal(400, _clock.Least);

        _clock.Hear(0, 400, idle: true);
        _clock.Hear(0, 400, idle: false);
        Assert.Equal(long.MaxValue, _clock.Least);
    }

    [Fact]
    public void A_partition_that_is_here_is_known_better_than_it_is_heard_of_until_it_goes_or_nobody_listens()
    {
        _clock.Hear(0, 100, idle: false);
        _clock.Report(0, 900, caughtUp: false);
        Assert.Equal(900, _clock.Least);

        _clock.Forget(0);
        Assert.Equal(100, _clock.Least);

        _clock.ForgetHeard();
        Assert.Equal(long.MaxValue, _clock.Least);
    }
}
