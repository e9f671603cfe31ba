using System.Text;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>A mention that counts, and where.</summary>
internal sealed record CountedMention(int Partition, Post Post, Mention Mention, bool Late);

/// <summary>What windows must hold, by plain loops over all posts, with nothing of the operator's code.</summary>
internal sealed class WindowOracle(long size, long slide, long maxDisorder, long lateness, long latest)
{
    private readonly Dictionary<(long Start, string Brand, string Channel, string Language), List<CountedMention>> _windows = [];

    public int LatePosts { get; private set; }

    public int FuturePosts { get; private set; }

    public IReadOnlyCollection<(long, string, string, string)> Keys => _windows.Keys;

    public void Add(int partition, IReadOnlyList<Post> posts)
    {
        long? max = null;
        foreach (var post in posts)
        {
            long? watermark = max - maxDisorder;
            if (post.Time <= latest)
            {
                max = Math.Max(max ?? post.Time, post.Time);
            }

            if (post.Mentions.Length > 0 && post.Time > latest)
            {
                FuturePosts++;
            }
            else if (post.Mentions.Length > 0 && !Count(partition, post, watermark))
            {
                LatePosts++;
            }
        }
    }

    public WindowRow Row((long Start, string Brand, string Channel, string Language) key)
    {
        var mentions = _windows[key];
        var version = mentions.GroupBy(m => m.Partition).Sum(g => g.Max(m => m.Post.Offset) + 1);
        return RowOf(key, key.Start + size, mentions, (version * 2) + 1);
    }

    /// <summary>The rows of longer windows over those that start at a multiple of their size.</summary>
    public IEnumerable<WindowRow> RollUp(long to) => _windows
        .Where(window => window.Key.Start % size == 0)
        .GroupBy(window => window.Key with { Start = window.Key.Start / to * to })
        .Select(parts => RowOf(parts.Key, parts.Key.Start + to, [.. parts.SelectMany(part => part.Value)], (parts.Sum(part => Row(part.Key).Version / 2) * 2) + 1));

    /// <summary>The final row of a window with these mentions.</summary>
    public static WindowRow RowOf((long Start, string Brand, string Channel, string Language) key, long end, IReadOnlyCollection<CountedMention> mentions, long version)
    {
        var scoreSum = mentions.Sum(m => (long)Math.Round((double)m.Mention.Score * 1_000_000));
        var samples = mentions.Where(m => m.Mention.Score < 0)
            .Select(m => (Score: (long)Math.Round((double)m.Mention.Score * 1_000_000), m.Post.Time, m.Post.Id, m.Mention.Text))
            .OrderBy(m => m.Score).ThenBy(m => m.Time).ThenBy(m => m.Id, StringComparer.Ordinal)
            .DistinctBy(m => Cut(m.Text)).Take(3)
            .Select(m => $"{m.Score} {m.Time} {m.Id} {Cut(m.Text)}");
        return new WindowRow(
            key.Start, end, key.Brand, key.Channel, key.Language, mentions.Count,
            mentions.Count(m => m.Mention.Sentiment < 0), mentions.Count(m => m.Mention.Sentiment == 0), mentions.Count(m => m.Mention.Sentiment > 0),
            scoreSum / 1_000_000.0 / mentions.Count, mentions.Sum(m => m.Mention.Reach), mentions.Select(m => m.Mention.Author).Distinct().Count(),
            mentions.Count(m => m.Late), mentions.Min(m => m.Post.Time), mentions.Max(m => m.Post.Time), true, version,
            mentions.Count, scoreSum, string.Join('|', samples));
    }

    private bool Count(int partition, Post post, long? watermark)
    {
        var counted = false;
        for (var start = Math.DivRem(post.Time, slide).Quotient * slide; start > post.Time - size; start -= slide)
        {
            if (watermark is null || start + size + lateness > watermark)
            {
                counted = true;
                foreach (var mention in post.Mentions)
                {
                    var key = (start, mention.Brand, mention.Channel, mention.Language);
                    if (!_windows.TryGetValue(key, out var list))
                    {
                        _windows[key] = list = [];
                    }

                    list.Add(new CountedMention(partition, post, mention, watermark >= start + size));
                }
            }
        }

        return counted;
    }

    private static string Cut(string text)
    {
        var cut = text;
        while (Encoding.UTF8.GetByteCount(cut) > 280)
        {
            cut = cut[..^(char.IsLowSurrogate(cut[^1]) ? 2 : 1)];
        }

        return cut;
    }
}
