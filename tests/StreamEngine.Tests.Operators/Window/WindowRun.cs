using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>Random posts, taken through both phases of <c>window</c>, and roll-ups behind it, with crashes, restores and replays at random places.</summary>
/// <param name="seed">Of all that is random.</param>
/// <param name="options">Those of the window.</param>
/// <param name="rollups">How long the windows of the roll-ups are, one behind the other.</param>
internal sealed class WindowRun(int seed, Dictionary<string, object?> options, params string[] rollups)
{
    public const long Disorder = 4_000;
    public const long Lateness = 15_000;

    private static readonly string[] _brands = ["Acme", "Bolt", "Čedok", "Dune"];
    private static readonly string[] _channels = ["web", "app"];
    private static readonly string[] _languages = ["nl", "pl"];

    private readonly Random _random = new(seed);
    private readonly ManualTime _time = new(Mentions.Now);
    private readonly List<Dictionary<(long, string, string, string), WindowRow>> _last = [.. Enumerable.Range(0, rollups.Length + 1).Select(_ => new Dictionary<(long, string, string, string), WindowRow>())];

    /// <summary>The options with those of time that the oracles go by.</summary>
    public Dictionary<string, object?> Options { get; } = new(options) { ["max_disorder"] = "4s", ["lateness"] = "15s" };

    /// <summary>Posts dated later than this are refused.</summary>
    public static long Latest => Mentions.Now.ToUnixTimeMilliseconds() + 600_000;

    public int Late { get; private set; }

    public int Dead { get; private set; }

    /// <summary>The newest row of each key, as a reader of the view sees them.</summary>
    public IEnumerable<WindowRow> Rows => RowsOf(0);

    /// <summary>Sees what comes out of the window at each cut.</summary>
    public Action<IReadOnlyList<WindowRow>>? OnRows { get; init; }

    /// <summary>The newest row of each key: 0 of the window, 1 of the first roll-up, and so on.</summary>
    public IEnumerable<WindowRow> RowsOf(int level) => _last[level].Values.Where(row => row.Posts > 0);

    /// <summary>One to four partitions with random posts: a few too late, a few from the future.</summary>
    public List<List<Post>> RandomPosts() => [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => RandomPartition())];

    /// <summary>The posts spread over partitions at random, each in an order within the bound of disorder.</summary>
    public List<List<Post>> Shuffle(IReadOnlyList<Post> posts, int partitions)
    {
        var spread = Enumerable.Range(0, partitions).Select(_ => new List<Post>()).ToList();
        foreach (var post in posts.OrderBy(post => post.Time + _random.NextInt64(Disorder)))
        {
            var partition = spread[_random.Next(partitions)];
            partition.Add(post with { Offset = partition.Count + _random.Next(2) + (partition.Count == 0 ? 0 : partition[^1].Offset) });
        }

        return spread;
    }

    public Mention RandomMention(int i)
    {
        var sentiment = _random.Next(-1, 2);
        var text = string.Concat(Enumerable.Repeat("zły 😠 ", _random.Next(1, 40))) + _random.Next(8);
        return new Mention(
            _brands[(_random.Next(2) + (2 * i)) % 4], _channels[_random.Next(2)], _languages[_random.Next(2)], $"author {_random.Next(30)}", text, sentiment,
            (float)Math.Round(sentiment * _random.NextDouble(), 1), _random.Next(5) == 0 ? 0 : _random.Next(1000));
    }

    public void Play(List<List<Post>> partitions)
    {
        var sent = partitions.Select((posts, partition) => FirstPhase(partition, partitions.Count, posts)).ToList();
        SecondPhase(sent);
    }

    private List<Post> RandomPartition()
    {
        var start = Mentions.Now.ToUnixTimeMilliseconds() - 3_600_000 + _random.Next(60_000);
        var posts = new List<Post>();
        long offset = _random.Next(100), time = start;
        for (var i = _random.Next(400); i > 0; i--)
        {
            offset += _random.Next(1, 4);
            time += _random.Next(10) == 0 ? _random.Next(20_000) : _random.Next(400);
            var disorder = _random.Next(20) == 0 ? _random.Next(90_000) : _random.Next((int)Disorder);
            var at = _random.Next(100) == 0 ? Mentions.Now.ToUnixTimeMilliseconds() + 86_400_000 : time - disorder;
            posts.Add(new Post(offset, at, [.. Enumerable.Range(0, _random.Next(6) == 0 ? 0 : _random.Next(1, 3)).Select(RandomMention)]));
        }

        return posts;
    }

    private List<Exchanged> FirstPhase(int partition, int partitions, List<Post> posts)
    {
        var sent = new List<Exchanged>();
        var setting = new HarnessSetting { Input = Mentions.Schema, Partition = partition, PartitionCount = partitions, Time = _time, State = new StoredState() };
        var harness = new OperatorHarness(new WindowDefinition(), Options, setting);
        var (next, stored, late, dead) = (0, 0, 0, 0);
        while (stored < posts.Count)
        {
            var count = Math.Min(posts.Count - next, _random.Next(1, 40));
            harness.Push(Mentions.Batch(harness, posts.GetRange(next, count)));
            next += count;
            if (_random.Next(4) == 0)
            {
                harness.Dispose();
                harness = new OperatorHarness(new WindowDefinition(), Options, setting);
                next = stored;
                (late, dead) = (0, 0);
            }
            else if (next == posts.Count || _random.Next(3) == 0)
            {
                harness.Cut(batch => sent.Add(new Exchanged(batch)));
                stored = next;
                Late += harness.Late.Count - late;
                Dead += harness.DeadLetters.Count - dead;
                (late, dead) = (harness.Late.Count, harness.DeadLetters.Count);
            }
        }

        harness.Silence = TimeSpan.MaxValue;
        harness.Cut(batch => sent.Add(new Exchanged(batch)));
        harness.Dispose();
        return sent;
    }

    private void SecondPhase(List<List<Exchanged>> exchanged)
    {
        using var chain = new AggregateChain(Options, rollups, _time);
        var next = new int[exchanged.Count];
        var stored = new int[exchanged.Count];
        while (Enumerable.Range(0, exchanged.Count).Any(p => stored[p] < exchanged[p].Count))
        {
            var partition = _random.Next(exchanged.Count);
            if (next[partition] < exchanged[partition].Count)
            {
                chain.Push(exchanged[partition][next[partition]++]);
            }

            _time.Advance(TimeSpan.FromMilliseconds(_random.Next(500)));
            switch (_random.Next(8))
            {
                case 0:
                    chain.Crash();
                    stored.CopyTo(next, 0);
                    break;
                case 1:
                    // What was delivered comes once more, from anywhere on.
                    next[partition] = _random.Next(next[partition] + 1);
                    break;
                case 2 or 3:
                    var rows = chain.Cut();
                    for (var level = 0; level < rows.Count; level++)
                    {
                        rows[level].ForEach(row => Receive(_last[level], row));
                    }

                    OnRows?.Invoke(rows[0]);
                    next.CopyTo(stored, 0);
                    break;
            }
        }
    }

    private static void Receive(Dictionary<(long, string, string, string), WindowRow> last, WindowRow row)
    {
        if (last.TryGetValue(row.Key, out var before))
        {
            Assert.True(row.Version > before.Version, $"version {row.Version} after {before.Version}");
            Assert.True(row.IsFinal || !before.IsFinal || row.End > before.End, "final once, final as long as it does not go on");
            Assert.True(before.Posts > 0, "what was taken back does not come again");
        }

        last[row.Key] = row;
    }
}
