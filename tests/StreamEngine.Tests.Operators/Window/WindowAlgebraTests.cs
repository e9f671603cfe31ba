using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

public sealed class WindowAlgebraTests
{
    private const int Rounds = 20;

    [Theory]
    [InlineData("10s", null, 1)]
    [InlineData("30s", "10s", 2)]
    [InlineData("1m", null, 3)]
    [InlineData("20s", "5s", 4)]
    public void Windows_equal_a_plain_count_whatever_the_batches_cuts_crashes_and_order_of_partitions(string size, string? slide, int family) => ForSeeds(family, seed =>
    {
        var run = new WindowRun(seed, Windows(size, slide));
        var settings = new WindowSettings(OperatorHarness.Bind(new WindowDefinition(), run.Options));
        var oracle = new WindowOracle(settings.Size, settings.Slide, WindowRun.Disorder, WindowRun.Lateness, WindowRun.Latest);
        var posts = run.RandomPosts();
        posts.ForEach(partition => oracle.Add(posts.IndexOf(partition), partition));

        run.Play(posts);

        Assert.Equal((oracle.LatePosts, oracle.FuturePosts), (run.Late, run.Dead));
        AssertSame(oracle.Keys.Select(oracle.Row), run.Rows);
    });

    [Theory]
    [InlineData(1, 11)]
    [InlineData(5, 12)]
    [InlineData(20, 13)]
    public void Sessions_equal_a_plain_sort_whatever_the_batches_cuts_crashes_and_order_of_partitions(int gap, int family) => ForSeeds(family, seed =>
    {
        var seen = new Dictionary<(long, string, string, string), WindowRow>();
        var run = new WindowRun(seed, new() { ["session"] = $"{gap}s" })
        {
            OnRows = rows =>
            {
                rows.ToList().ForEach(row => seen[row.Key] = row);
                AssertApart(seen.Values.Where(row => row.Posts > 0));
            },
        };
        var oracle = new SessionOracle(gap * 1000, WindowRun.Disorder, WindowRun.Lateness, WindowRun.Latest);
        var posts = run.RandomPosts();
        posts.ForEach(partition => oracle.Add(posts.IndexOf(partition), partition));

        run.Play(posts);

        Assert.Equal((oracle.LatePosts, oracle.FuturePosts), (run.Late, run.Dead));
        AssertSame(oracle.Rows(), run.Rows);
    });

    [Theory]
    [InlineData("10s", null, null, 21)]
    [InlineData("30s", "10s", null, 22)]
    [InlineData(null, null, "5s", 23)]
    public void Any_order_within_the_bound_over_any_partitions_gives_the_same_final_windows(string? size, string? slide, string? session, int family) => ForSeeds(family, seed =>
    {
        var options = session is null ? Windows(size!, slide) : new() { ["session"] = session };
        var first = new WindowRun(seed, options);
        var start = Mentions.Now.ToUnixTimeMilliseconds() - 600_000;
        var random = new Random(seed);
        List<Post> posts = [.. Enumerable.Range(0, 300).Select(i => new Post(i, start + random.Next(300_000), first.RandomMention(i)) { Id = $"post {i}" })];

        first.Play([[.. posts.OrderBy(post => post.Time).Select((post, i) => post with { Offset = i })]]);
        var second = new WindowRun(seed + 500, options);
        second.Play(second.Shuffle(posts, random.Next(1, 6)));

        AssertSame(first.Rows.Select(row => row with { Version = 0 }), second.Rows.Select(row => row with { Version = 0 }));
        Assert.Equal((0, 0), (first.Late, second.Late));
        Assert.All(second.Rows, row => Assert.True(row.IsFinal));
    });

    [Theory]
    [InlineData("10s", null, 31, "1m", "5m")]
    [InlineData("5s", null, 32, "10s", "1h", "1d")]
    [InlineData("20s", "10s", 33, "1m")]
    public void Roll_ups_equal_a_plain_count_of_what_the_windows_took(string size, string? slide, int family, params string[] rollups) => ForSeeds(family, seed =>
    {
        var run = new WindowRun(seed, Windows(size, slide), rollups);
        var settings = new WindowSettings(OperatorHarness.Bind(new WindowDefinition(), run.Options));
        var oracle = new WindowOracle(settings.Size, settings.Slide, WindowRun.Disorder, WindowRun.Lateness, WindowRun.Latest);
        var posts = run.RandomPosts();
        posts.ForEach(partition => oracle.Add(posts.IndexOf(partition), partition));

        run.Play(posts);

        AssertSame(oracle.Keys.Select(oracle.Row), run.Rows);
        for (var level = 1; level <= rollups.Length; level++)
        {
            AssertSame(oracle.RollUp(Milliseconds(rollups[level - 1])), run.RowsOf(level));
        }
    });

    [Theory]
    [InlineData(41, "1m", "1h", "1d")]
    [InlineData(42, "10s", "1m", "2m", "10m")]
    public void Roll_ups_equal_windows_of_their_size_where_no_post_is_late(int family, string size, params string[] rollups) => ForSeeds(family, seed =>
    {
        var random = new Random(seed);
        var rolled = new WindowRun(seed, Windows(size, null), rollups);
        var span = Milliseconds(rollups[^1]) * 3;
        List<Post> posts = [.. Enumerable.Range(0, 300).Select(i => new Post(i, Mentions.Now.ToUnixTimeMilliseconds() - random.NextInt64(span), rolled.RandomMention(i)) { Id = $"post {i}" })];

        rolled.Play(rolled.Shuffle(posts, 3));

        for (var level = 1; level <= rollups.Length; level++)
        {
            var plain = new WindowRun(seed + (level * 100), Windows(rollups[level - 1], null));
            plain.Play(plain.Shuffle(posts, random.Next(1, 5)));
            AssertSame(plain.Rows.Select(row => row with { Version = 0 }), rolled.RowsOf(level).Select(row => row with { Version = 0 }));
        }
    });

    private static long Milliseconds(string duration) =>
        Core.Graph.Durations.TryParse(duration, out var parsed) ? (long)parsed.TotalMilliseconds : throw new ArgumentException(duration);

    private static Dictionary<string, object?> Windows(string size, string? slide)
    {
        var options = new Dictionary<string, object?> { ["size"] = size };
        if (slide is not null)
        {
            options["slide"] = slide;
        }

        return options;
    }

    private static void ForSeeds(int family, Action<int> check)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var seed = (family * 1000) + round;
            try
            {
                check(seed);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }
        }
    }

    private static void AssertSame(IEnumerable<WindowRow> expected, IEnumerable<WindowRow> rows)
    {
        static List<WindowRow> Sorted(IEnumerable<WindowRow> all) => [.. all.OrderBy(row => row.Start).ThenBy(row => $"{row.Brand} {row.Channel} {row.Language}", StringComparer.Ordinal)];
        Assert.Equal(Sorted(expected), Sorted(rows));
    }

    /// <summary>No post is counted in two sessions at once: those of one key do not overlap.</summary>
    private static void AssertApart(IEnumerable<WindowRow> sessions)
    {
        foreach (var key in sessions.GroupBy(row => (row.Brand, row.Channel, row.Language)))
        {
            var ordered = key.OrderBy(row => row.Start).ToList();
            Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start, $"{pair.First} and {pair.Second}"));
        }
    }
}
