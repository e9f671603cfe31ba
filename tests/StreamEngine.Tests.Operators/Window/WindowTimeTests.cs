using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class WindowTimeTests
{
    private static readonly long _t0 = Mentions.Now.ToUnixTimeMilliseconds() - 3_600_000;
    private readonly ManualTime _time = new(Mentions.Now);
    private readonly Dictionary<string, object?> _options = new() { ["size"] = "1m", ["max_disorder"] = "5s", ["lateness"] = "2m", ["retain"] = "10m" };
    private readonly List<WindowRow> _rows = [];

    [Fact]
    public void Nothing_is_final_until_every_partition_has_spoken_or_is_idle()
    {
        using var merge = Merge();
        Hear(merge, 0, Slots(0, (0, _t0), (1, _t0 + 200_000)));
        Emit(merge);
        Assert.All(_rows, row => Assert.False(row.IsFinal));

        Hear(merge, 1, Idle(1));
        Emit(merge);
        Assert.Contains(_rows, row => row.IsFinal && row.Start == _t0);
    }

    [Fact]
    public void An_idle_partition_holds_nobody_back_and_corrects_what_was_final_when_it_speaks_again()
    {
        using var merge = Merge();
        using var second = First(1);
        second.Push(Mentions.Batch(second, [Post(0, _t0)]));
        Hear(merge, 1, Cut(second));
        Hear(merge, 0, Slots(0, (0, _t0), (1, _t0 + 100_000)));
        Emit(merge);
        Assert.DoesNotContain(_rows, row => row.IsFinal);

        second.Silence = TimeSpan.FromSeconds(30);
        Hear(merge, 1, Cut(second));
        Emit(merge);
        var final = Assert.Single(_rows, row => row.IsFinal);
        Assert.Equal((_t0, 2), (final.Start, final.Posts));

        second.Silence = TimeSpan.Zero;
        second.Push(Mentions.Batch(second, [Post(1, _t0 + 1)]));
        Hear(merge, 1, Cut(second));
        Emit(merge);
        Assert.Equal((true, 3L), (_rows[^1].IsFinal, _rows[^1].Posts));
        Assert.True(_rows[^1].Version > final.Version);
    }

    [Fact]
    public void When_all_partitions_fall_idle_what_ended_before_the_greatest_watermark_is_final()
    {
        using var merge = Merge();
        foreach (var (partition, last) in new[] { (0, _t0 + 130_000), (1, _t0 + 61_000) })
        {
            using var first = First(partition);
            first.Push(Mentions.Batch(first, [Post(0, _t0), Post(1, last)]));
            first.Silence = TimeSpan.FromMinutes(1);
            Hear(merge, partition, Cut(first));
        }

        Emit(merge);
        var final = _rows.GroupBy(row => row.Start).ToDictionary(g => g.Key, g => g.Last().IsFinal);
        Assert.Equal(new Dictionary<long, bool> { [_t0] = true, [_t0 + 60_000] = true, [_t0 + 120_000] = false }, final);
    }

    [Fact]
    public void A_bounded_source_at_its_end_makes_every_window_final_and_goes_on_if_it_grew()
    {
        var state = new StoredState();
        var mergeState = new StoredState();
        using (var merge = Merge(1, mergeState))
        using (var first = First(0, 1, state))
        {
            first.Push(Mentions.Batch(first, [Post(0, _t0)]));
            first.Silence = TimeSpan.MaxValue;
            Hear(merge, 0, Cut(first));
            Emit(merge);
            Assert.True(Assert.Single(_rows).IsFinal);
        }

        using (var merge = Merge(1, mergeState))
        using (var first = First(0, 1, state))
        {
            first.Push(Mentions.Batch(first, [Post(1, _t0 + 1)]));
            Hear(merge, 0, Cut(first));
            Emit(merge);
        }

        Assert.Equal((2, true), (_rows[^1].Posts, _rows[^1].IsFinal));
    }

    [Fact]
    public void Open_windows_are_emitted_as_often_as_early_says_and_final_ones_once_and_at_once()
    {
        _options["early"] = "1s";
        using var merge = Merge(1);
        using var first = First(0, 1);
        for (var i = 0; i < 30; i++)
        {
            first.Push(Mentions.Batch(first, [Post(i, _t0 + i)]));
            Hear(merge, 0, Cut(first));
            Emit(merge);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(3, _rows.Count);
        first.Push(Mentions.Batch(first, [Post(30, _t0 + 65_000)]));
        Hear(merge, 0, Cut(first));
        Emit(merge);
        Emit(merge);
        Assert.Equal((30, true), (_rows.Single(row => row.IsFinal).Posts, _rows.Count(row => row.IsFinal) == 1));
    }

    [Fact]
    public void A_clock_that_is_set_back_keeps_no_open_window_back()
    {
        _options["early"] = "1s";
        using var merge = Merge(1);
        using var first = First(0, 1);
        for (var i = 0; i < 3; i++)
        {
            first.Push(Mentions.Batch(first, [Post(i, _t0 + i)]));
            Hear(merge, 0, Cut(first));
            Emit(merge);
            _time.Advance(TimeSpan.FromMilliseconds(-500));
        }

        Assert.Equal([1, 2, 3], _rows.Select(row => row.Posts));
    }

    [Fact]
    public void What_could_be_purged_is_purged_after_the_delay_also_where_the_clock_is_set_back()
    {
        var clock = new MergeClock();
        clock.Hear(0, 1, 1000, idle: false);
        clock.Purge(lateness: 100, retain: 0, now: 1_000_000, newsDelay: 50);
        clock.Purge(lateness: 100, retain: 0, now: 500, newsDelay: 50);
        Assert.Equal(long.MinValue, clock.PurgedThrough);
        clock.Purge(lateness: 100, retain: 0, now: 550, newsDelay: 50);
        Assert.Equal(900, clock.PurgedThrough);
    }

    [Fact]
    public void A_cut_without_news_emits_and_stores_nothing_and_time_goes_on_without_slots()
    {
        using var first = First(0, 1);
        first.Push(Mentions.Batch(first, [Post(0, _t0)]));
        Assert.Equal(1, Assert.Single(Cut(first)).RowCount);
        Assert.Empty(Cut(first));

        first.Push(Mentions.Batch(first, [new Post(1, _t0 + 10_000)]));
        var time = Assert.Single(Cut(first));
        Assert.Equal((0, _t0 + 5_000), (time.RowCount, time.Watermark));

        first.Silence = TimeSpan.FromSeconds(30);
        Assert.True(Assert.Single(Cut(first)).Idle);
        Assert.Empty(Cut(first));
    }

    [Fact]
    public void Closed_slots_and_windows_leave_memory_and_state()
    {
        var (state, mergeState) = (new StoredState(), new StoredState());
        using var merge = Merge(1, mergeState);
        using var first = First(0, 1, state);
        for (var minute = 0; minute < 100; minute++)
        {
            first.Push(Mentions.Batch(first, [Post(minute, _t0 + (minute * 60_000L) - 3_000_000)]));
            Hear(merge, 0, Cut(first));
            Emit(merge);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(state.Count("slots"), 1, 5);
            Assert.InRange(mergeState.Count("merge_slots"), 1, 5);
            Assert.InRange(mergeState.Count("merge_windows"), 1, 5);
        }

        Assert.Equal(100, _rows.Select(row => row.Start).Distinct().Count());
    }

    [Fact]
    public void What_a_partition_sends_for_forgotten_windows_is_refused_and_never_makes_a_wrong_row()
    {
        using var merge = Merge();
        using var second = First(1);
        second.Push(Mentions.Batch(second, [Post(0, _t0)]));
        second.Silence = TimeSpan.FromMinutes(1);
        Hear(merge, 1, Cut(second));
        Hear(merge, 0, Slots(0, (0, _t0), (1, _t0 + 800_000)));
        Emit(merge);
        Assert.Equal((2, true), (_rows[0].Posts, _rows[0].IsFinal));

        var before = _rows.Count;
        second.Silence = TimeSpan.Zero;
        second.Push(Mentions.Batch(second, [Post(1, _t0 + 1)]));
        Hear(merge, 1, Cut(second));
        Emit(merge);
        Assert.Equal(before, _rows.Count);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 3)]
    public void What_a_partition_added_to_the_source_sends_is_counted_as_long_as_news_of_it_may_be_on_its_way(int newsDelay, long counted)
    {
        using var merge = new OperatorHarness(
            new WindowDefinition(), _options, new HarnessSetting { Input = Mentions.Schema, PartitionCount = 2, Time = _time, Merge = true, PartitionNewsDelay = TimeSpan.FromSeconds(newsDelay) });
        Hear(merge, 0, Slots(0, (0, _t0), (1, _t0 + 3_000_000)));
        Hear(merge, 1, Slots(1, (0, _t0), (1, _t0 + 3_000_000)));
        Emit(merge);
        _time.Advance(TimeSpan.FromSeconds(2));
        Emit(merge);

        using var added = First(2, partitions: 3);
        added.Push(Mentions.Batch(added, [Post(0, _t0)]));
        Hear(merge, 2, Cut(added));
        Emit(merge);

        Assert.Equal(counted, _rows.Last(row => row.Start == _t0).Posts);
    }

    private static Post Post(long offset, long time) =>
        new(offset, time, new Mention("Acme", "web", "nl", "ann", "slecht", -1, -0.5f, 1));

    private OperatorHarness First(int partition, int partitions = 2, StoredState? state = null) =>
        new(new WindowDefinition(), _options, new HarnessSetting { Input = Mentions.Schema, Partition = partition, PartitionCount = partitions, Time = _time, State = state });

    private OperatorHarness Merge(int partitions = 2, StoredState? state = null) =>
        new(new WindowDefinition(), _options, new HarnessSetting { Input = Mentions.Schema, PartitionCount = partitions, Time = _time, Merge = true, State = state });

    private List<Exchanged> Slots(int partition, params (long Offset, long Time)[] posts)
    {
        using var first = First(partition);
        first.Push(Mentions.Batch(first, [.. posts.Select(p => Post(p.Offset, p.Time))]));
        return Cut(first);
    }

    private List<Exchanged> Idle(int partition)
    {
        using var first = First(partition);
        first.Silence = TimeSpan.FromMinutes(1);
        return Cut(first);
    }

    private static List<Exchanged> Cut(OperatorHarness harness)
    {
        var sent = new List<Exchanged>();
        harness.Cut(batch => sent.Add(new Exchanged(batch)));
        return sent;
    }

    private void Emit(OperatorHarness merge) => merge.Cut(batch => _rows.AddRange(WindowRow.From(batch)));

    private static void Hear(OperatorHarness merge, int partition, List<Exchanged> batches)
    {
        Assert.NotEmpty(batches);
        Assert.All(batches, batch => Assert.Equal(partition, batch.Partition));
        batches.ForEach(batch => merge.Push(batch.ToBatch(merge)));
    }
}
