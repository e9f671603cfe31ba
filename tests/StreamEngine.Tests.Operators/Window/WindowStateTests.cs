using StreamEngine.Core.Graph;
using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class WindowStateTests
{
    private static readonly Dictionary<string, object?> _options = new() { ["size"] = "1m" };

    [Fact]
    public void State_of_an_unknown_version_or_with_bytes_missing_is_refused_with_the_tables_name()
    {
        foreach (var (table, version, entries) in Tables())
        {
            var (key, value) = entries[0];
            AssertRefused(table, (byte)(version + 1), key, value, "version");
            for (var length = 0; length < value.Length; length++)
            {
                AssertRefused(table, version, key, value[..length], "damaged");
            }

            AssertRefused(table, version, key, [.. value, 0], "damaged");
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_but_never_break_the_task()
    {
        var random = new Random(7);
        foreach (var (table, version, entries) in Tables())
        {
            var (key, value) = entries[0];
            for (var i = 0; i < 2000; i++)
            {
                var damaged = value.ToArray();
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                try
                {
                    Fresh(table).Restore(key, version, damaged);
                }
                catch (StateException)
                {
                    continue;
                }
            }
        }
    }

    [Fact]
    public void State_made_with_other_windows_is_refused_with_both_named()
    {
        var state = new StoredState();
        using (var harness = Window(_options, state))
        {
            harness.Push(Mentions.Batch(harness, [Post(0)]));
            harness.Cut();
        }

        var error = Assert.Throws<StateException>(() => Window(new() { ["size"] = "5m" }, state));
        Assert.Contains("size 1m", error.Message);
        Assert.Contains("size 5m", error.Message);
    }

    [Theory]
    [InlineData("slide", "25s", "size")]
    [InlineData("by", "channel", "brand")]
    [InlineData("by", "brnad", "did you mean 'brand'")]
    [InlineData("retain", "1m", "lateness")]
    public void Options_that_cannot_be_are_told_in_the_users_terms(string option, string value, string says) =>
        Assert.Contains(says, Assert.Throws<GraphException>(() => OperatorHarness.Bind(new WindowDefinition(), new Dictionary<string, object?>(_options) { [option] = value })).Message);

    [Fact]
    public void Counting_allocates_nothing_per_mention()
    {
        using var harness = Window(_options, null);
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

    private static List<(string Table, byte Version, List<(byte[] Key, byte[] Value)> Entries)> Tables()
    {
        using var first = Window(_options, null);
        using var merge = Window(_options, null, merge: true);
        first.Push(Mentions.Batch(first, [.. Enumerable.Range(0, 200).Select(i => Post(i, new Random(i)))]));
        var sent = new List<Exchanged>();
        first.Cut(batch => sent.Add(new Exchanged(batch)));
        sent.ForEach(batch => merge.Push(batch.ToBatch(merge)));
        merge.Cut();
        return [.. first.Tables.Select(t => (t.Name, t.Version, Entries(first, t.Name))).Concat(merge.Tables.Select(t => (t.Name, t.Version, Entries(merge, t.Name))))];
    }

    private static List<(byte[] Key, byte[] Value)> Entries(OperatorHarness harness, string table) =>
        [.. harness.State.Entries(table).Select(e => (e.Key, e.Value))];

    private static IStateTable Fresh(string table)
    {
        var harness = Window(_options, null, table.StartsWith("merge", StringComparison.Ordinal));
        return harness.Tables.Single(t => t.Name == table);
    }

    private static void AssertRefused(string table, byte version, byte[] key, byte[] value, string says)
    {
        var error = Assert.Throws<StateException>(() => Fresh(table).Restore(key, version, value));
        Assert.Contains(says, error.Message);
        Assert.Contains($"'{table}'", error.Message);
    }
}
