using System.Diagnostics;
using System.Globalization;
using StreamEngine.Chaos.Posts;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos;

/// <summary>
/// How long a process takes after kill -9, from its start until it has read and committed again, with many live slots in its state. What
/// Kafka takes to notice that the killed one is gone (its session's timeout) is waited out before.
/// </summary>
internal static class RecoveryRun
{
    private const int Brands = 20;
    private const int Languages = 100;
    private static readonly string[] _channels = ["twitter", "facebook", "reddit", "forum", "blog"];
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs, and gives the time from the start of the process to its first commit.</summary>
    public static async Task<TimeSpan> Execute(int slots, int partitions, string? log, Action<string> progress)
    {
        var posts = new PostList(new BrandTexts(Brands));
        await using var setting = await Setting.Build(posts, 1, partitions, log, progress);
        var source = setting.Source;
        source.Write(Enumerable.Range(0, slots).Select(i => InSlot(posts, i)));
        setting.Tell($"{slots} posts are written, each in a slot of its own");
        setting.Engines.StartOne(0);
        var full = source.Ends();
        await setting.Done();

        await setting.Engines.Kill(0);
        setting.Tell("killed; waiting until its session has ended");
        await Eventually.Holds(async () => await source.Members() == 0, "the killed process's session has ended", _patience);
        source.Write(Enumerable.Range(slots, partitions).Select(i => InSlot(posts, i)));
        var more = source.Ends();

        var watch = Stopwatch.StartNew();
        setting.Engines.StartOne(0);
        TimeSpan? first = null;
        await Eventually.Holds(
            () =>
            {
                var committed = source.Committed();
                first ??= committed.Any(c => c.Value > full[c.Key]) ? watch.Elapsed : null;
                return more.All(end => committed[end.Key] >= end.Value);
            },
            () => $"posts are read again\n{setting.Engines.Said}",
            _patience);
        setting.Tell(string.Create(CultureInfo.InvariantCulture, $"from its start to the first commit of new posts {first!.Value.TotalSeconds:0.00} s, of all {partitions} partitions {watch.Elapsed.TotalSeconds:0.00} s"));
        return first.Value;
    }

    /// <summary>A post in the i-th slot: no two share brand, channel, language and window. All windows are within the lateness.</summary>
    private static ScriptedPost InSlot(PostList posts, int i)
    {
        var (brand, rest) = (i % Brands, i / Brands);
        var (channel, rest2) = (_channels[rest % _channels.Length], rest / _channels.Length);
        var (language, window) = (rest2 % Languages, rest2 / Languages);
        var book = Phrasebook.All[^1];
        return posts.Add(
            PostScript.Start + (window * PostScript.WindowMs),
            brand,
            book.Compose(0, i % book.Sayings, 0, posts.Texts.Subject(book, brand, -1)),
            channel,
            $"{(char)('a' + (language / 10))}{(char)('a' + (language % 10))}");
    }
}
