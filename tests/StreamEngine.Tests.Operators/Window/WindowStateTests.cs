using StreamEngine.Core.Graph;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class WindowStateTests
{
    private static readonly Dictionary<string, object?> _windows = new() { ["size"] = "1m" };
    private static readonly Dictionary<string, object?> _sessions = new() { ["session"] = "30s" };

    public static TheoryData<string> Kinds => [.. _kinds.Keys];

    private static readonly Dictionary<string, Func<StoredState?, OperatorHarness>> _kinds = new()
    {
        ["slots of windows"] = state => Window(_windows, state),
        ["slots of sessions"] = state => Window(_sessions, state),
        ["windows"] = state => Window(_windows, state, merge: true),
        ["sessions"] = state => Window(_sessions, state, merge: true),
        ["roll-ups"] = state => new OperatorHarness(new RollupDefinition(), new Dictionary<string, object?> { ["to"] = "1h" }, new HarnessSetting
        {
            Input = WindowColumns.OutputOf(new Core.Batches.WindowShape(TimeSpan.FromMinutes(1))),
            Time = new ManualTime(Mentions.Now),
            State = state,
        }),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void State_of_an_unknown_version_or_with_bytes_missing_is_refused_with_the_tables_name(string kind)
    {
        foreach (var (table, version, key, value) in StoredBy(kind))
        {
            AssertRefused(kind, table, (byte)(version + 1), key, value, "version");
            for (var length = 0; length < value.Length; length++)
            {
                AssertRefused(kind, table, version, key, value[..length], "damaged");
            }

            AssertRefused(kind, table, version, key, [.. value, 0], "damaged");
            AssertRefused(kind, table, version, [.. key, 0], value, "damaged");
            AssertRefused(kind, table, version, key[..^1], value, "damaged");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Damaged_bytes_are_refused_or_read_but_never_break_the_task(string kind)
    {
        var random = new Random(7);
        foreach (var (table, version, key, value) in StoredBy(kind))
        {
            for (var i = 0; i < 500; i++)
            {
                var (damagedKey, damaged) = (key.ToArray(), value.ToArray());
                var bytes = i % 5 == 0 ? damagedKey : damaged;
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                try
                {
                    using var fresh = _kinds[kind](null);
                    fresh.Tables.Single(t => t.Name == table).Restore(damagedKey, version, damaged);
                }
                catch (StateException)
                {
                    continue;
                }
            }
        }
    }

    [Theory]
    [InlineData("size", "10s", 51)]
    [InlineData("session", "5s", 52)]
    public void What_is_restored_goes_on_and_is_stored_byte_for_byte_as_if_it_had_never_stopped(string option, string value, int family)
    {
        for (var seed = family * 1000; seed < (family * 1000) + 10; seed++)
        {
            var options = new Dictionary<string, object?> { [option] = value };
            var run = new WindowRun(seed, options);
            string[] rollups = option == "size" ? ["1m", "1h"] : [];
            var (time, posts, random) = (new ManualTime(Mentions.Now), run.RandomPosts()[0], new Random(seed));
            using var lasting = new AggregateChain(run.Options, rollups, time);
            using var broken = new AggregateChain(run.Options, rollups, time);
            using var first = Window(run.Options, null);
            var restarted = Window(run.Options, null);
            for (var next = 0; next < posts.Count;)
            {
                var some = posts.GetRange(next, Math.Min(posts.Count - next, random.Next(1, 60)));
                next += some.Count;
                first.Push(Mentions.Batch(first, some));
                restarted.Push(Mentions.Batch(restarted, some));
                var (sent, sentAgain) = (new List<Exchanged>(), new List<Exchanged>());
                first.Cut(batch => sent.Add(new Exchanged(batch)));
                restarted.Cut(batch => sentAgain.Add(new Exchanged(batch)));
                Assert.Equal(sent.Select(batch => batch.Text()), sentAgain.Select(batch => batch.Text()));
                Assert.Equal(Text(first.State, first.Tables), Text(restarted.State, restarted.Tables));

                sent.ForEach(lasting.Push);
                sent.ForEach(broken.Push);
                time.Advance(TimeSpan.FromMilliseconds(random.Next(1500)));
                Assert.Equal(lasting.Cut(), broken.Cut());
                foreach (var (state, tables, again) in lasting.States.Zip(lasting.Operators.Select(op => op.Tables), broken.States))
                {
                    Assert.Equal(Text(state, tables), Text(again, tables));
                }

                broken.Crash();
                var from = restarted.State;
                restarted.Dispose();
                restarted = Window(run.Options, from);
            }

            restarted.Dispose();
        }
    }

    [Fact]
    public void The_tables_that_are_kept_are_those_that_are_declared_with_their_versions()
    {
        static IEnumerable<(string, byte)> Kept(params string[] kinds) => kinds.SelectMany(kind =>
        {
            using var harness = _kinds[kind](null);
            return harness.Tables.Select(table => (table.Name, table.Version)).ToList();
        });
        Assert.Equal(new WindowDefinition().State.Select(table => (table.Name, table.Version)), Kept("slots of windows", "windows"));
        Assert.Equal(new RollupDefinition().State.Select(table => (table.Name, table.Version)), Kept("roll-ups"));
    }

    [Fact]
    public void A_slot_reads_and_writes_to_the_same_bytes()
    {
        using var first = Window(_windows, null);
        var run = new WindowRun(61, _windows);
        run.RandomPosts().ForEach(posts => first.Push(Mentions.Batch(first, posts)));
        var sent = new List<Exchanged>();
        first.Cut(batch => sent.Add(new Exchanged(batch)));
        var store = new SlotStore();
        var writer = new StateWriter();
        foreach (var encoded in sent.SelectMany(batch => batch.Slots))
        {
            var slot = store.Add(default);
            store.Read(slot, encoded);
            writer.Clear();
            store.Write(slot, writer, withSamples: store[slot].Samples.Count > 0);
            Assert.Equal(encoded, writer.Written.ToArray());
        }
    }

    [Fact]
    public void State_made_with_other_windows_is_refused_with_both_named()
    {
        var state = new StoredState();
        using (var harness = Window(_windows, state))
        {
            harness.Push(Mentions.Batch(harness, [Post(0)]));
            harness.Cut();
        }

        var error = Assert.Throws<StateException>(() => Window(new() { ["size"] = "5m" }, state));
        Assert.Contains("size 1m", error.Message);
        Assert.Contains("size 5m", error.Message);
        Assert.Contains("session 1m", Assert.Throws<StateException>(() => Window(new() { ["session"] = "1m" }, state)).Message);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("session")]
    public void Lateness_that_is_raised_later_opens_no_window_whose_slots_are_forgotten(string option)
    {
        var state = new StoredState();
        var t0 = Mentions.Now.ToUnixTimeMilliseconds() - 3_600_000;
        static Post At(long offset, long time) => new(offset, time, new Mention("Acme", "web", "nl", "ann", "slecht", -1, -0.5f, 1));
        using (var before = Window(new() { [option] = "1m", ["lateness"] = "1m" }, state))
        {
            before.Push(Mentions.Batch(before, [At(0, t0), At(1, t0 + 600_000)]));
            before.Cut();
        }

        using var after = Window(new() { [option] = "1m", ["lateness"] = "1h" }, state);
        after.Push(Mentions.Batch(after, [At(2, t0 + 1), At(3, t0 + 590_000)]));
        var sent = new List<Exchanged>();
        after.Cut(batch => sent.Add(new Exchanged(batch)));

        // A slot with the late post alone would take the place of the one that was sent.
        Assert.Equal(2, Assert.Single(after.Late).Offset);
        Assert.Equal(1, sent.Sum(batch => batch.RowCount));
    }

    [Theory]
    [InlineData("slide", "25s", "size")]
    [InlineData("by", "channel", "brand")]
    [InlineData("by", "brnad", "did you mean 'brand'")]
    [InlineData("retain", "1m", "lateness")]
    public void Options_that_cannot_be_are_told_in_the_users_terms(string option, string value, string says) =>
        Assert.Contains(says, Assert.Throws<GraphException>(() => OperatorHarness.Bind(new WindowDefinition(), new Dictionary<string, object?>(_windows) { [option] = value })).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Counting_allocates_nothing_per_mention(bool sessions)
    {
        using var harness = Window(sessions ? _sessions : _windows, null);
        var random = new Random(3);
        var posts = Enumerable.Range(0, 2000).Select(i => Post(i, random)).ToList();
        var batch = Mentions.Batch(harness, posts);
        Assert.Equal(0, Allocations.InSteadyState(() => harness.Push(batch)));
    }

    private static Post Post(long offset, Random? random = null)
    {
        var n = random?.Next(400) ?? 1;
        return new(offset, Mentions.Now.ToUnixTimeMilliseconds() - 60_000 + n, new Mention($"brand {n % 7}", "web", "nl", $"author {n}", $"tekst {n}", -1, -n / 400f, 5));
    }

    private static OperatorHarness Window(Dictionary<string, object?> options, StoredState? state, bool merge = false) =>
        new(new WindowDefinition(), options, new HarnessSetting { Input = Mentions.Schema, Time = new ManualTime(Mentions.Now), State = state, Merge = merge });

    /// <summary>An entry of each table as an operator stores it.</summary>
    private static List<(string Table, byte Version, byte[] Key, byte[] Value)> StoredBy(string kind)
    {
        var sessions = kind.EndsWith("sessions", StringComparison.Ordinal);
        using var first = Window(sessions ? _sessions : _windows, null);
        using var merge = Window(sessions ? _sessions : _windows, null, merge: true);
        using var rollup = _kinds["roll-ups"](null);
        first.Push(Mentions.Batch(first, [.. Enumerable.Range(0, 200).Select(i => Post(i, new Random(i)))]));
        first.Cut(batch => merge.Push(new Exchanged(batch).ToBatch(merge)));
        merge.Cut(batch =>
        {
            if (!sessions)
            {
                rollup.Push(batch);
            }
        });
        rollup.Cut();
        var harness = kind.StartsWith("slots", StringComparison.Ordinal) ? first : kind == "roll-ups" ? rollup : merge;
        return [.. harness.Tables.Select(table => (table.Name, table.Version, harness.State.Entries(table.Name)[0])).Select(e => (e.Name, e.Version, e.Item3.Key, e.Item3.Value))];
    }

    private static string Text(StoredState state, IEnumerable<IStateTable> tables) => string.Join('\n', tables.SelectMany(table =>
        state.Entries(table.Name).Select(e => $"{table.Name} {Convert.ToHexString(e.Key)} {e.Version} {Convert.ToHexString(e.Value)}").Order(StringComparer.Ordinal)));

    private static void AssertRefused(string kind, string table, byte version, byte[] key, byte[] value, string says)
    {
        using var fresh = _kinds[kind](null);
        var error = Assert.Throws<StateException>(() => fresh.Tables.Single(t => t.Name == table).Restore(key, version, value));
        Assert.Contains(says, error.Message);
        Assert.Contains($"'{table}'", error.Message);
    }
}
