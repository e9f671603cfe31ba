using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Dedupe;

public sealed class DedupeStateTests
{
    private static readonly long _t0 = Copies.Now.ToUnixTimeMilliseconds() - 86_400_000;

    [Theory]
    [InlineData(80, 10_000)]
    [InlineData(8, 10_000)]
    [InlineData(8000, 100)]
    [InlineData(80, 61)]
    public void Whatever_the_posts_and_wherever_it_is_cut_and_restored_it_lets_through_what_a_plain_list_does(int withinSeconds, int most)
    {
        var options = new Dictionary<string, object?> { ["within"] = $"{withinSeconds}s", ["max_posts"] = most };
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random((seed * 100_003) + withinSeconds + most);
            var posts = RandomPosts(random);
            var oracle = new DedupeOracle(withinSeconds * 1000L, most, Copies.Now.AddMinutes(10).ToUnixTimeMilliseconds());
            var expected = posts.Where(oracle.LetsThrough).SelectMany(post => Enumerable.Repeat(post.Offset, post.Rows)).Order().ToList();
            var state = new StoredState();
            var harness = Copies.Harness(options, state);
            var (passed, uncommitted, next, stored) = (new List<long>(), new List<long>(), 0, 0);
            while (stored < posts.Count)
            {
                var count = Math.Min(posts.Count - next, random.Next(1, 60));
                uncommitted.AddRange(Copies.Push(harness, posts.GetRange(next, count)));
                next += count;
                if (random.Next(4) == 0)
                {
                    // Killed: what came since the last cut comes again.
                    harness.Dispose();
                    harness = Copies.Harness(options, state);
                    uncommitted.Clear();
                    next = stored;
                }
                else if (next == posts.Count || random.Next(3) == 0)
                {
                    harness.Cut();
                    passed.AddRange(uncommitted);
                    uncommitted.Clear();
                    stored = next;
                }
            }

            Assert.Equal(expected, passed.Order());
            Assert.Equal(most <= 100, harness.Counts["forgotten_early"] > 0);
            Assert.Equal((oracle.Duplicates, oracle.WithoutId), (harness.Counts["duplicate"], harness.Counts["without_id"]));
            harness.Dispose();
        }
    }

    [Fact]
    public void What_is_restored_goes_on_and_is_stored_byte_for_byte_as_if_it_had_never_stopped()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var options = new Dictionary<string, object?> { ["within"] = seed % 2 == 0 ? "80s" : "8000s", ["max_posts"] = seed % 3 == 0 ? 90 : 10_000 };
            var random = new Random(seed);
            var posts = RandomPosts(random);
            using var lasting = Copies.Harness(options);
            var restarted = Copies.Harness(options);
            for (var next = 0; next < posts.Count;)
            {
                var some = posts.GetRange(next, Math.Min(posts.Count - next, random.Next(1, 300)));
                next += some.Count;
                Assert.Equal(Copies.Push(lasting, some), Copies.Push(restarted, some));
                lasting.Cut();
                restarted.Cut();
                Assert.Equal(Text(lasting.State), Text(restarted.State));
                var from = restarted.State;
                restarted.Dispose();
                restarted = Copies.Harness(options, from);
            }

            restarted.Dispose();
        }
    }

    [Fact]
    public void State_is_written_in_blocks_and_deleted_when_its_posts_are_forgotten()
    {
        using var harness = Copies.Harness(new() { ["within"] = "80s" });
        long offset = 0;
        void Second(int second, int posts)
        {
            Copies.Push(harness, Enumerable.Range(0, posts).Select(_ => new Copy(offset, _t0 + (second * 1000), "x", $"{offset++}")));
            harness.Cut();
        }

        Second(0, 1000);
        Assert.Equal((4, 4), (harness.State.Count("names"), harness.State.Puts("names")));
        Second(1, 10);
        Assert.Equal((4, 5), (harness.State.Count("names"), harness.State.Puts("names")));
        Second(2, 30);
        Assert.Equal((5, 7), (harness.State.Count("names"), harness.State.Puts("names")));
        Assert.Equal(1040 * 8, harness.State.Entries("names").Sum(entry => entry.Value.Length - 8));
        harness.Cut();
        Assert.Equal((5, 7, 3), (harness.State.Count("names"), harness.State.Puts("names"), harness.State.Puts("time")));

        Second(50, 1);
        Assert.Equal(6, harness.State.Count("names"));
        Second(90, 1);
        Assert.Equal(2, harness.State.Count("names"));
        Second(1000, 0);
        Assert.Equal(2, harness.State.Count("names"));
        Second(1000, 1);
        Assert.Equal(1, harness.State.Count("names"));
    }

    [Theory]
    [InlineData("10s", "80s")]
    [InlineData("80s", "10s")]
    public void How_long_a_post_is_remembered_may_be_changed_and_what_is_remembered_is_not_lost_before_that(string before, string after)
    {
        var state = new StoredState();
        using (var first = Copies.Harness(new() { ["within"] = before }, state))
        {
            Copies.Push(first, Enumerable.Range(0, 12).Select(i => new Copy(i, _t0 + (i * 1000), "x", $"{i}")));
            first.Cut();
        }

        using var second = Copies.Harness(new() { ["within"] = after }, state);
        var shorter = 10;
        Assert.Empty(Copies.Push(second, Enumerable.Range(12 - shorter + 1, shorter - 1).Select(i => new Copy(20 + i, _t0 + 11_999, "x", $"{i}"))));
        Assert.Equal([50], Copies.Push(second, new Copy(50, _t0 + 12_000, "x", "new"), new Copy(51, _t0 + 12_000 + (shorter * 1000) - 1, "x", "new")));
        second.Cut();
        Assert.Equal([60], Copies.Push(second, new Copy(60, _t0 + 200_000, "x", "new")));
        second.Cut();
        Assert.Equal(1, state.Count("names"));
    }

    [Fact]
    public void That_there_were_too_many_is_told_once_and_not_again_after_a_restart_with_room_for_all()
    {
        var state = new StoredState();
        var log = new RecordingLogger();
        using (var first = Copies.Harness(new() { ["max_posts"] = 16 }, state, log))
        {
            Posts(first, 0, 16);
            Assert.Empty(log.Warnings);
            Posts(first, 16, 20);
            Posts(first, 36, 20);
            Assert.Contains("'max_posts'", Assert.Single(log.Warnings), StringComparison.Ordinal);
        }

        log = new RecordingLogger();
        using var second = Copies.Harness(new() { ["max_posts"] = 1000 }, state, log);
        Posts(second, 56, 20);
        Assert.Equal((40, 0), (second.Counts["forgotten_early"], log.Warnings.Count));

        static void Posts(OperatorHarness harness, int from, int count)
        {
            Copies.Push(harness, Enumerable.Range(from, count).Select(i => new Copy(i, _t0, "x", $"{i}")));
            harness.Cut();
        }
    }

    [Fact]
    public void The_tables_that_are_kept_are_those_that_are_declared_with_their_versions()
    {
        using var harness = Copies.Harness();
        Assert.Equal(new DedupeDefinition().State.Select(table => (table.Name, table.Version)), harness.Tables.Select(table => (table.Name, table.Version)));
    }

    [Fact]
    public void State_of_an_unknown_version_or_with_bytes_missing_is_refused_with_the_tables_name()
    {
        foreach (var (table, key, version, value) in Stored())
        {
            AssertRefused(table, (byte)(version + 1), key, value, "version");
            for (var length = 0; length < value.Length; length++)
            {
                // A block with fewer names is one, too.
                if (table != "names" || (value.Length - length) % 8 != 0 || value.Length - length > 8 * 255)
                {
                    AssertRefused(table, version, key, value[..length], "damaged");
                }
            }

            AssertRefused(table, version, key, [.. value, 0], "damaged");
            AssertRefused(table, version, [.. key, 0], value, "damaged");
            AssertRefused(table, version, key[..^1], value, "damaged");
        }
    }

    [Fact]
    public void A_missing_block_and_a_name_that_stands_twice_are_refused()
    {
        var entries = Stored().Where(e => e.Table == "names").ToList();
        Assert.True(entries.Count > 2);
        var error = Assert.Throws<StateException>(() => Restore(entries[1..]));
        Assert.Contains("'names'", error.Message);
        var (table, key, version, value) = entries[^1];
        Assert.Contains("twice", Assert.Throws<StateException>(() => Restore([.. entries[..^1], (table, key, version, [.. value, .. value[^8..]])])).Message);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_but_never_break_the_task()
    {
        var random = new Random(7);
        foreach (var (table, key, version, value) in Stored())
        {
            for (var i = 0; i < 500; i++)
            {
                var (damagedKey, damaged) = (key.ToArray(), value.ToArray());
                var bytes = i % 5 == 0 ? damagedKey : damaged;
                bytes[random.Next(i % 3 == 0 ? Math.Min(12, bytes.Length) : bytes.Length)] = (byte)random.Next(256);
                try
                {
                    Restore([(table, damagedKey, version, damaged)]);
                }
                catch (StateException)
                {
                    continue;
                }
            }
        }
    }

    /// <summary>Posts of some channels with ids that come again soon, later and much later; out of order, with leaps, and a few dated far ahead.</summary>
    private static List<Copy> RandomPosts(Random random)
    {
        var posts = new List<Copy>();
        long offset = random.Next(100), time = _t0;
        for (var i = 0; i < 1500; i++)
        {
            offset += random.Next(1, 4);
            time += random.Next(200) == 0 ? random.Next(40_000) : random.Next(400);
            var at = random.Next(100) == 0 ? Copies.Now.ToUnixTimeMilliseconds() + 86_400_000 : time - random.Next(random.Next(20) == 0 ? 90_000 : 3000);
            var rows = random.Next(10) switch { 0 => 0, 1 => 2, _ => 1 };
            var post = posts.Count > 0 && random.Next(3) == 0
                ? posts[^random.Next(1, Math.Min(posts.Count, random.Next(2) == 0 ? 20 : 1500) + 1)]
                : new Copy(0, 0, random.Next(5) == 0 ? null : $"c{random.Next(3)}", random.Next(20) == 0 ? null : random.Next(20) == 0 ? $"0-{offset}" : $"{i}");
            posts.Add(post with { Offset = offset, Time = at, Rows = rows });
        }

        return posts;
    }

    private static List<(string Table, byte[] Key, byte Version, byte[] Value)> Stored()
    {
        using var harness = Copies.Harness();
        Copies.Push(harness, Enumerable.Range(0, 700).Select(i => new Copy(i, _t0 + i, "x", $"{i}")));
        harness.Cut();
        return [.. harness.Tables.SelectMany(t => harness.State.Entries(t.Name).OrderBy(e => e.Key[^1]).Select(e => (t.Name, e.Key, e.Version, e.Value)))];
    }

    private static void Restore(List<(string Table, byte[] Key, byte Version, byte[] Value)> entries)
    {
        using var fresh = Copies.Harness();
        foreach (var table in fresh.Tables)
        {
            entries.Where(e => e.Table == table.Name).ToList().ForEach(e => table.Restore(e.Key, e.Version, e.Value));
            table.RestoreDone();
        }

        // What was read is good for going on.
        Copies.Push(fresh, new Copy(1, _t0 + 1000, "x", "another"));
        fresh.Cut();
    }

    private static string Text(StoredState state) => string.Join('\n', new[] { "time", "names" }.SelectMany(table =>
        state.Entries(table).Select(e => $"{table} {Convert.ToHexString(e.Key)} {Convert.ToHexString(e.Value)}").Order(StringComparer.Ordinal)));

    private static void AssertRefused(string table, byte version, byte[] key, byte[] value, string says)
    {
        var error = Assert.Throws<StateException>(() => Restore([(table, key, version, value)]));
        Assert.Contains(says, error.Message);
        Assert.Contains($"'{table}'", error.Message);
    }
}
