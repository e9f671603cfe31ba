namespace StreamEngine.Tests.Operators.Window;

/// <summary>How far time is when partitions are empty, silent, behind or new.</summary>
public sealed class WatermarkTests
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, object?> _options = new() { ["size"] = "1m", ["max_disorder"] = "5s", ["lateness"] = "2m", ["retain"] = "1h" };

    [Fact]
    public void An_empty_partition_holds_time_until_it_is_idle_and_joins_with_its_first_post()
    {
        using var window = new WindowPipeline(_options, 2);
        window.Post(0, 10, 130);
        window.Cut();
        Assert.All(window.View(), row => Assert.False(row.IsFinal));

        window.Silence(1, _long);
        window.Cut();
        Assert.Equal([(0, true), (120, false)], Finals(window));

        window.Post(1, 125);
        window.Post(0, 300);
        window.Cut();
        Assert.Equal([(0, true), (120, false), (300, false)], Finals(window));
        Assert.Equal(2, window.View().Single(row => row.Start == 120).Posts);

        window.Post(1, 301);
        window.Cut();
        Assert.Equal([(0, true), (120, true), (300, false)], Finals(window));
    }

    [Fact]
    public void A_partition_added_while_running_holds_time_until_it_speaks_and_its_posts_count()
    {
        using var window = new WindowPipeline(_options, 2, "5m");
        window.Post(0, 10, 130);
        window.Post(1, 11, 131);
        window.Cut();
        Assert.Equal([(0, true), (120, false)], Finals(window));

        // Its task has not started yet; the others say that there are three.
        window.AnnouncePartition();
        window.Post(0, 310);
        window.Post(1, 311);
        window.Cut();
        Assert.Equal([(0, true), (120, false), (300, false)], Finals(window));

        window.AddPartition();
        window.Post(2, 312);
        window.Cut();
        Assert.Equal([(0, 2, true), (120, 2, true), (300, 3, false)], window.View().Select(row => (row.Start, row.Posts, row.IsFinal)));
        Assert.Equal([(0, 4, true), (300, 3, false)], window.View(1).Select(row => (row.Start, row.Posts, row.IsFinal)));
    }

    [Fact]
    public void A_partition_added_while_running_that_stays_empty_freezes_nothing()
    {
        using var window = new WindowPipeline(_options, 1);
        window.Post(0, 10, 130);
        window.Cut();
        window.AnnouncePartition();
        window.AddPartition();
        window.Silence(1, _long);
        for (var minute = 4; minute < 200; minute++)
        {
            window.Post(0, (minute * 60) + 10);
            window.Cut();
        }

        Assert.Equal(1, window.View().Count(row => !row.IsFinal));
        // What it may still bring is waited for no longer than 'retain'.
        Assert.InRange(window.Aggregate.States[0].Count("merge_slots"), 1, 65);
    }

    [Fact]
    public void A_partition_that_comes_back_holds_time_again_and_corrects_what_was_final()
    {
        using var window = new WindowPipeline(_options, 2, "5m");
        window.Post(0, 10);
        window.Post(1, 11);
        window.Silence(1, _long);
        window.Post(0, 320);
        window.Cut();
        Assert.Equal([(0, true), (300, false)], Finals(window));

        window.Post(1, 70);
        window.Post(0, 400);
        window.Cut();
        Assert.Equal([(0, true), (60, true), (300, false), (360, false)], Finals(window));
        Assert.Equal([(0, 3, true), (300, 2, false)], window.View(1).Select(row => (row.Start, row.Posts, row.IsFinal)));
        Assert.Empty(window.First(1).Late);
    }

    [Fact]
    public void A_partition_that_is_far_behind_is_waited_for_and_costs_memory_for_windows_but_not_for_partitions()
    {
        const int Partitions = 6;
        const int Minutes = 300;
        using var window = new WindowPipeline(_options, Partitions);
        window.Post(0, 5);
        for (var minute = 0; minute < Minutes; minute++)
        {
            foreach (var partition in Enumerable.Range(1, Partitions - 1))
            {
                window.Post(partition, (minute * 60) + 10 + partition);
            }

            if (minute % 10 == 9)
            {
                window.Cut();
            }
        }

        Assert.All(window.View(), row => Assert.False(row.IsFinal));
        Assert.InRange(window.Aggregate.States[0].Count("merge_slots"), Minutes, Minutes * 3);

        for (var minute = 1; minute < Minutes; minute++)
        {
            window.Post(0, (minute * 60) + 5);
        }

        window.Cut();
        Assert.All(window.View(), row => Assert.Equal(Partitions, row.Posts));
        Assert.Equal((Minutes, 1), (window.View().Count, window.View().Count(row => !row.IsFinal)));
        Assert.InRange(window.Aggregate.States[0].Count("merge_slots"), 1, Partitions * 4);
    }

    [Fact]
    public void A_partition_that_is_idle_before_and_after_a_restart_holds_nobody_back()
    {
        using var window = new WindowPipeline(_options, 3);
        window.Post(0, 10);
        window.Post(1, 10);
        window.Silence(1, _long);
        window.Silence(2, _long);
        window.Cut();

        window.AnnouncePartition();
        window.AddPartition();
        window.Silence(3, _long);
        window.Silence(1, TimeSpan.FromMilliseconds(1));
        window.Silence(2, TimeSpan.FromMilliseconds(1));
        window.Post(0, 130);
        window.Cut();
        Assert.Equal([(0, true), (120, false)], Finals(window));

        // Once it has spoken, it is as any other.
        window.Post(1, 131);
        window.Silence(1, TimeSpan.FromMilliseconds(1));
        window.Post(0, 250);
        window.Cut();
        Assert.Equal([(0, true), (120, false), (240, false)], Finals(window));
    }

    [Fact]
    public void Posts_from_the_future_are_refused_and_move_no_watermark()
    {
        using var window = new WindowPipeline(_options);
        window.Post(0, 10, WindowPipeline.Now + 601);
        window.Post(0, 20);
        window.Cut();
        Assert.Equal([(0, false)], Finals(window));
        Assert.Equal((1, 0), (window.First(0).DeadLetters.Count, window.First(0).Late.Count));

        window.Post(0, WindowPipeline.Now + 599);
        window.Cut();
        Assert.Equal(2, window.View().Count);
    }

    [Fact]
    public void A_post_within_lateness_corrects_its_window_and_one_beyond_goes_to_the_late_topic()
    {
        using var window = new WindowPipeline(_options, 1, "5m");
        window.Post(0, 10, 184.999); // the watermark is a millisecond before the end of lateness for the first minute
        window.Post(0, 20);
        window.Cut();
        Assert.Equal((2, true), (window.View()[0].Posts, window.View()[0].IsFinal));

        window.Post(0, 185);
        window.Post(0, 30);
        window.Cut();
        Assert.Equal(2, window.View()[0].Posts);
        var late = Assert.Single(window.First(0).Late);
        Assert.Equal((WindowPipeline.T0 + 30_000, WindowPipeline.T0 + 180_000), (late.EventTime, late.Watermark));
        Assert.Equal(4, window.View(1)[0].Posts);
    }

    private static IEnumerable<(double, bool)> Finals(WindowPipeline window) => window.View().Select(row => (row.Start, row.IsFinal));
}
