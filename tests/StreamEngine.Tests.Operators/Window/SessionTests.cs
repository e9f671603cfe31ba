using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class SessionTests
{
    private static readonly Dictionary<string, object?> _options = new() { ["session"] = "30s", ["max_disorder"] = "5s", ["lateness"] = "1m", ["retain"] = "10m" };

    [Fact]
    public void A_session_lasts_until_no_post_came_for_the_gap_and_grows_under_one_start()
    {
        using var window = new WindowPipeline(_options);
        window.Post(0, 10.7);
        window.Cut();
        window.Post(0, 39.9);
        window.Cut();
        window.Post(0, 69);
        window.Cut();
        window.Post(0, 104);
        window.Cut();

        Assert.Equal([new(10, 40, 1, false), new(10, 69, 2, false), new(69, 99, 1, false), new(10, 69, 2, true), new(69, 99, 1, true), new(104, 134, 1, false)], window.Emitted());
    }

    [Fact]
    public void A_post_that_comes_before_a_session_moves_its_start_and_the_old_row_is_taken_back()
    {
        using var window = new WindowPipeline(_options);
        window.Post(0, 100);
        window.Cut();
        window.Post(0, 97);
        window.Cut();

        Assert.Equal([new(100, 130, 1, false), new(97, 130, 2, false), new(100, 130, 0, false)], window.Emitted());
        Assert.Equal([new(97, 130, 2, false)], window.View());
    }

    [Fact]
    public void A_late_post_that_links_two_final_sessions_makes_one_of_them()
    {
        using var window = new WindowPipeline(_options, 2);
        window.Post(0, 0, 60, 120);
        window.Post(1, 1, 61, 121);
        window.Cut();
        Assert.Equal([new(0, 31, 2, true), new(60, 91, 2, true), new(120, 151, 2, false)], window.View());

        window.Post(1, 35);
        window.Cut();
        Assert.Equal([new(0, 31, 2, true), new(35, 91, 3, true), new(120, 151, 2, false)], window.View());
        Assert.Equal([new(60, 91, 0, true)], window.Emitted().Where(row => row.Posts == 0));

        window.Post(0, 30);
        window.Cut();
        Assert.Equal([new(0, 91, 6, true), new(120, 151, 2, false)], window.View());
        Assert.Empty(window.First(0).Late);
        Assert.Empty(window.First(1).Late);
    }

    [Fact]
    public void Partitions_that_link_each_others_posts_make_one_session()
    {
        using var window = new WindowPipeline(_options, 3);
        window.Post(0, 0, 50);
        window.Cut();
        window.Post(1, 25, 75);
        window.Cut();
        window.Post(2, 100);
        window.Cut();

        Assert.Equal([new(0, 130, 5, false)], window.View());
    }

    [Fact]
    public void A_late_post_may_make_a_final_session_go_on()
    {
        using var window = new WindowPipeline(_options);
        window.Post(0, 0, 36);
        window.Cut();
        Assert.Equal([new(0, 30, 1, true), new(36, 66, 1, false)], window.View());

        window.Post(0, 29, 80);
        window.Cut();
        Assert.Equal([new(0, 66, 3, true), new(80, 110, 1, false)], window.View());
        window.Post(0, 65);
        window.Cut();
        Assert.Equal([new(0, 110, 5, false)], window.View());
        window.Post(0, 200);
        window.Cut();
        Assert.Equal([new(0, 110, 5, true), new(200, 230, 1, false)], window.View());
    }

    [Fact]
    public void A_post_is_too_late_when_the_gap_after_it_is_over_for_longer_than_lateness()
    {
        using var window = new WindowPipeline(_options);
        window.Post(0, 0, 200); // the watermark is at 195
        window.Post(0, 106.5, 105.9);
        window.Cut();

        Assert.Equal((1, WindowPipeline.T0 + 105_900), (window.First(0).Late.Count, window.First(0).Late[0].EventTime));
        Assert.Equal([new(0, 30, 1, true), new(106, 136, 1, true), new(200, 230, 1, false)], window.View());
    }

    [Fact]
    public void Closed_sessions_leave_memory_and_state_and_their_last_rows_stay()
    {
        using var window = new WindowPipeline(_options);
        for (var i = 0; i < 100; i++)
        {
            window.Post(0, i * 40, (i * 40) + 5);
            window.Cut();
            Assert.InRange(window.First(0).State.Count("slots"), 1, 6);
            Assert.InRange(window.Aggregate.States[0].Count("merge_slots"), 1, 6);
            Assert.InRange(window.Aggregate.States[0].Count("merge_windows"), 1, 6);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (i * 40.0, (i * 40) + 35.0, 2L)), window.View().Select(row => (row.Start, row.End, row.Posts)));
    }

    [Fact]
    public void What_an_idle_partition_adds_to_forgotten_sessions_is_refused_and_counted_nowhere_twice()
    {
        using var window = new WindowPipeline(_options, 2);
        window.Post(0, 0);
        window.Post(1, 1);
        window.Silence(1, TimeSpan.FromMinutes(1));
        window.Cut();
        window.Post(0, 2000);
        window.Cut();
        window.Cut();
        Assert.Equal([new(0, 31, 2, true), new(2000, 2030, 1, false)], window.View());

        window.Post(1, 20); // goes on from its post that is counted above
        window.Cut();
        Assert.Equal([new(0, 31, 2, true), new(2000, 2030, 1, false)], window.View());

        window.Post(1, 1990);
        window.Cut();
        Assert.Equal([new(0, 31, 2, true), new(1990, 2030, 2, false)], window.View());
    }

    [Fact]
    public void A_row_that_is_to_be_taken_back_is_so_after_a_restart()
    {
        using var window = new WindowPipeline(new(_options) { ["early"] = "1h" });
        window.Post(0, 100);
        window.Cut();
        window.Post(0, 97);
        window.Cut();
        Assert.Equal([new(100, 130, 1, false)], window.View());

        window.Aggregate.Crash();
        window.Post(0, 200);
        window.Cut();
        Assert.Equal([new(97, 130, 2, true)], window.View());
    }

    [Theory]
    [InlineData("size: 1m, session: 30s", "'size' does not go with 'session'")]
    [InlineData("slide: 1m, session: 30s", "'slide' does not go with 'session'")]
    [InlineData("session: 1500ms", "must be whole seconds")]
    [InlineData("lateness: 1m", "needs the option 'size' (how long a window is) or 'session'")]
    public void Options_that_do_not_go_together_are_told(string options, string says)
    {
        var map = options.Split(", ").Select(option => option.Split(": ")).ToDictionary(option => option[0], option => (object?)option[1]);
        Assert.Contains(says, Assert.Throws<GraphException>(() => OperatorHarness.Bind(new WindowDefinition(), map)).Message);
    }

    [Fact]
    public void What_needs_windows_of_one_length_cannot_follow_sessions()
    {
        var sessions = new HarnessSetting { Input = WindowColumns.OutputOf(new WindowShape(TimeSpan.FromSeconds(30), IsSession: true)).With(new ColumnDeclaration("more", ColumnType.Int64)) };
        Assert.Contains("spikes cannot follow sessions", Assert.Throws<GraphException>(() => new OperatorHarness(new SpikesDefinition(), null, sessions)).Message);
        Assert.Contains("rollup cannot follow sessions", Assert.Throws<GraphException>(() => new OperatorHarness(new RollupDefinition(), new Dictionary<string, object?> { ["to"] = "1h" }, sessions)).Message);
        Assert.Contains("filter cannot follow sessions", Assert.Throws<GraphException>(() => new OperatorHarness(new FilterDefinition(), new Dictionary<string, object?> { ["where"] = "posts > 1" }, sessions)).Message);
    }
}
