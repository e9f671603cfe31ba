using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Sources;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Dedupe;

public sealed class DedupeOperatorTests
{
    private static readonly long _t0 = Copies.Now.ToUnixTimeMilliseconds() - 86_400_000;

    [Fact]
    public void The_first_of_a_channels_posts_with_an_id_goes_on_and_copies_of_it_are_unmatched()
    {
        using var harness = Copies.Harness();

        Assert.Equal([0, 2], Copies.Push(harness, At(0, 0, "x", "1"), At(1, 5, "x", "1"), At(2, 5, "forum", "1")));
        Assert.Equal([4], Copies.Push(harness, At(3, 9, "forum", "1"), At(4, 9, null, "1"), At(5, 9, null, "1")));
        Assert.Equal((3, 0, 0), (harness.Counts["duplicate"], harness.Counts["without_id"], harness.Counts["forgotten_early"]));
    }

    [Fact]
    public void A_post_without_an_id_goes_on_and_is_counted()
    {
        using var harness = Copies.Harness();

        Assert.Equal([0, 1, 2, 3, 4, 17], Copies.Push(harness, At(0, 0, "x", null), At(1, 0, "x", null), At(2, 0, "x", ""), At(3, 0, "x", "0-3"), At(4, 0, "x", "0-17"), At(5, 0, "x", "0-17"), At(17, 0, "x", "0-17")));
        Assert.Equal((1, 5), (harness.Counts["duplicate"], harness.Counts["without_id"]));
    }

    [Fact]
    public void A_post_is_known_for_within_after_it_came_whatever_its_own_time_and_then_forgotten()
    {
        using var harness = Copies.Harness(new() { ["within"] = "80s" });

        // Buckets of 10 s: of the first, which ends at 10 s, the posts are known until 90 s.
        Assert.Equal([0, 1, 2], Copies.Push(harness, At(0, 0, "x", "first"), At(1, 9.9, "x", "last"), At(2, -50_000, "x", "old")));
        Assert.Equal([4], Copies.Push(harness, At(3, 89.999, "x", "first"), At(4, 20, "x", "between"), At(5, 1, "x", "last"), At(6, -40_000, "x", "old")));
        Assert.Equal([7, 8, 9], Copies.Push(harness, At(7, 90, "x", "first"), At(8, 0, "x", "last"), At(9, -50_000, "x", "old"), At(10, 90, "x", "between")));
    }

    [Fact]
    public void A_post_dated_in_the_future_moves_no_time_and_is_found_again_all_the_same()
    {
        using var harness = Copies.Harness(new() { ["within"] = "80s" });

        Assert.Equal([0, 1], Copies.Push(harness, At(0, 0, "x", "1"), At(1, 900_000_000, "x", "far"), At(2, 1, "x", "1"), At(3, 900_000_000, "x", "far")));
    }

    [Fact]
    public void Rows_of_one_post_share_its_lot_and_what_was_dropped_before_is_not_remembered()
    {
        using var harness = Copies.Harness();

        Assert.Equal([0, 2, 0, 0, 2], Copies.Push(harness, At(0, 0, "x", "1", rows: 3), At(1, 0, "x", "2", rows: 0), At(2, 0, "x", "2", rows: 2), At(3, 0, "x", "1", rows: 2)));
    }

    [Fact]
    public void The_first_in_the_partitions_order_wins_where_rows_stand_in_another()
    {
        using var harness = Copies.Harness();
        var batch = Copies.Batch(harness, [At(0, 0, "x", "1", rows: 2), At(1, 0, "x", "1")]);
        batch.Drop(0, RecordFate.Unmatched);
        batch.RemoveDropped();
        Assert.Equal([1, 0], batch.Records.ToArray());

        harness.Push(batch, b => Assert.Equal([0], b.Records.ToArray()));
    }

    [Theory]
    [InlineData("id", "0 3")]
    [InlineData("channel,id", "0 1 3")]
    [InlineData("id,time", "0 1 2 3")]
    public void The_columns_that_name_a_post_can_be_chosen(string by, string expected)
    {
        using var harness = Copies.Harness(new() { ["by"] = by.Split(',') });

        var passed = Copies.Push(harness, At(0, 0, "x", "1"), At(1, 1, "forum", "1"), At(2, 2, "x", "1"), At(3, 2, "x", "3"));
        Assert.Equal(expected, string.Join(' ', passed));
    }

    [Fact]
    public void By_an_author_whom_a_post_does_not_name_it_has_no_name()
    {
        using var harness = Copies.Harness(new() { ["by"] = new[] { "author", "id" } });

        Assert.Equal([0, 1], Copies.Push(harness, At(0, 0, "x", "1"), At(1, 0, "x", "1")));
    }

    [Fact]
    public void Records_without_event_times_are_refused_since_none_would_ever_be_forgotten()
    {
        var error = Assert.Throws<GraphException>(() => new OperatorHarness(new DedupeDefinition(), new Dictionary<string, object?> { ["by"] = "key" }, new HarnessSetting { Input = SourceDefinition.Schema }));
        Assert.Contains("needs the column time", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_channel_the_id_alone_names_a_post()
    {
        var input = new BatchSchema(new("id", ColumnType.Utf8), new("time", ColumnType.Int64));
        Assert.Equal(["id", "time"], new DedupeDefinition().Columns(OperatorHarness.Bind(new DedupeDefinition(), null), input).Reads.Select(c => c.Name));
        Assert.Contains("author", Assert.Throws<GraphException>(() => new OperatorHarness(new DedupeDefinition(), new Dictionary<string, object?> { ["by"] = "author" }, new HarnessSetting { Input = input })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("by", "[]", "at least one column")]
    [InlineData("by", "id,id", "none twice")]
    [InlineData("by", "brand,id", "one for each")]
    [InlineData("by", "score", "texts, whole numbers and times")]
    [InlineData("within", "10ms", "of at least 1s")]
    [InlineData("max_posts", "0", "from 8 to")]
    public void Options_that_cannot_be_are_told_in_the_users_terms(string option, string value, string says) =>
        Assert.Contains(says, Assert.Throws<GraphException>(() => Copies.Harness(new() { [option] = option == "by" ? value == "[]" ? Array.Empty<string>() : value.Split(',') : value })).Message, StringComparison.Ordinal);

    [Fact]
    public void It_cannot_follow_windows()
    {
        var windows = new HarnessSetting { Input = WindowColumns.OutputOf(new WindowShape(TimeSpan.FromMinutes(1))) };
        var error = Assert.Throws<GraphException>(() => new OperatorHarness(new DedupeDefinition(), new Dictionary<string, object?> { ["by"] = "window_start" }, windows));
        Assert.Contains("cannot follow windows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_follow_one_another_spread_as_random_ones_do()
    {
        // Of n random hashes, n² / 2^33 pairs share their lower 32 bits.
        const int count = 1 << 20;
        using var harness = Copies.Harness();
        var names = new PostNames(harness.Context, ["channel", "id"]);
        var batch = Copies.Batch(harness, Enumerable.Range(0, count).Select(i => At(i, 0, "x", $"{1_765_432_109_876_000_000 + (i * 4L)}")));
        names.Open(batch);
        var hashes = Enumerable.Range(0, count).Select(names.Of).ToList();
        Assert.Equal(count, hashes.Distinct().Count());
        foreach (var half in new[] { 0, 32 })
        {
            Assert.InRange(count - hashes.Select(hash => (uint)(hash >> half)).Distinct().Count(), 128 - 60, 128 + 60);
        }
    }

    [Fact]
    public void Names_are_the_same_in_every_version_that_reads_the_state()
    {
        using var harness = Copies.Harness();
        var names = new PostNames(harness.Context, ["channel", "id", "time"]);
        var batch = Copies.Batch(harness, [new Copy(5, 7, "x", "12345678901234567"), new Copy(6, 7, null, "a")]);
        names.Open(batch);
        Assert.Equal("0ca9f35e1c5a7709 e5d70868e287bbb6", $"{names.Of(0):x16} {names.Of(1):x16}");
    }

    [Fact]
    public void A_partition_with_a_steady_flow_allocates_nothing_and_remembers_what_within_holds()
    {
        using var harness = Copies.Harness(new() { ["within"] = "80s" });
        long offset = 0;
        var rounds = new Queue<RecordBatch>();
        for (var round = 0; round < 40; round++)
        {
            // 250 posts a second, each fourth of them twice.
            rounds.Enqueue(Copies.Batch(harness, Enumerable.Range(0, 10_000).Select(_ => At(offset, offset++ / 250.0, "x", $"{offset - (offset % 4 == 0 ? 1 : 0)}"))));
        }

        for (var warm = 0; warm < 20; warm++)
        {
            harness.Push(rounds.Dequeue());
        }

        Assert.Equal(0, Allocations.InSteadyState(() => harness.Push(rounds.Dequeue())));
        Assert.InRange(((DedupeOperator)harness.Operator).SeenCount, 250 * 80 * 3 / 4, 250 * 90 * 3 / 4);
    }

    private static Copy At(long offset, double second, string? channel, string? id, int rows = 1) => new(offset, _t0 + (long)(second * 1000), channel, id, rows);
}
