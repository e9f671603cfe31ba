using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.State;
using StreamEngine.Operators;
using StreamEngine.Tests.Operators.Window;

namespace StreamEngine.Tests.Operators.Rollup;

public sealed class RollupTests
{
    private static readonly Dictionary<string, object?> _options = new() { ["size"] = "1m", ["max_disorder"] = "5s", ["lateness"] = "2m" };

    [Fact]
    public void A_window_is_shown_while_open_final_when_time_has_passed_its_end_and_corrected_after()
    {
        using var window = new WindowPipeline(_options, 1, "5m");
        window.Post(0, 10, 70);
        window.Cut();
        Assert.Equal([new(0, 300, 2, false)], window.Emitted(1));

        window.Post(0, 304.9);
        window.Cut();
        Assert.Equal([new(0, 300, 2, false), new(300, 600, 1, false)], window.View(1));

        window.Post(0, 306);
        window.Cut();
        Assert.Equal([new(0, 300, 2, true), new(300, 600, 2, false)], window.View(1));

        window.Post(0, 250);
        window.Cut();
        Assert.Equal([new(0, 300, 3, true), new(300, 600, 2, false)], window.View(1));
        Assert.Equal(5, window.Emitted(1).Count);
    }

    [Fact]
    public void Parts_that_nothing_can_change_any_more_become_one_sum_and_windows_leave_memory_and_state()
    {
        using var window = new WindowPipeline(_options, 1, "1h", "1d");
        for (var minute = 0; minute < 100; minute++)
        {
            window.Post(0, minute * 60);
            window.Cut();
            Assert.InRange(window.Aggregate.States[1].Count("parts"), 1, 6);
            Assert.InRange(window.Aggregate.States[1].Count("windows"), 1, 2);
            Assert.InRange(window.Aggregate.States[2].Count("parts"), 1, 3);
        }

        Assert.Equal([60, 40], window.View(1).Select(row => row.Posts));
        Assert.Equal([100], window.View(2).Select(row => row.Posts));
        Assert.Equal([false], window.View(2).Select(row => row.IsFinal));
    }

    [Fact]
    public void The_end_of_a_bounded_source_makes_every_window_final()
    {
        using var window = new WindowPipeline(_options, 1, "1h", "1d");
        window.Post(0, 10, 70);
        window.Silence(0, TimeSpan.MaxValue);
        window.Cut();

        Assert.Equal([(2, true)], window.View(1).Select(row => (row.Posts, row.IsFinal)));
        Assert.Equal([(2, true)], window.View(2).Select(row => (row.Posts, row.IsFinal)));
    }

    [Theory]
    [InlineData("90s")]
    [InlineData("1m")]
    [InlineData("30s")]
    public void Windows_that_do_not_fit_into_the_longer_ones_are_refused(string to)
    {
        var minutes = new HarnessSetting { Input = WindowColumns.OutputOf(new WindowShape(TimeSpan.FromMinutes(1))) };
        Assert.Contains("multiple of the windows that it adds up (1m)", Assert.Throws<GraphException>(() => new OperatorHarness(new RollupDefinition(), new Dictionary<string, object?> { ["to"] = to }, minutes)).Message);
    }

    [Fact]
    public void State_made_with_other_lengths_is_refused_with_both_named()
    {
        using var window = new WindowPipeline(_options, 1, "5m");
        window.Post(0, 10);
        window.Cut();

        var setting = new HarnessSetting { Input = WindowColumns.OutputOf(new WindowShape(TimeSpan.FromMinutes(1))), State = window.Aggregate.States[1] };
        var error = Assert.Throws<StateException>(() => new OperatorHarness(new RollupDefinition(), new Dictionary<string, object?> { ["to"] = "1h" }, setting));
        Assert.Contains("windows of 1m rolled up to 5m", error.Message);
        Assert.Contains("1m to 1h", error.Message);
    }
}
