namespace StreamEngine.Tests.Operators.Window;

/// <summary>What sessions must hold: all posts of a key in order of time, cut where none came for the gap. By plain loops, with nothing of the operator's code.</summary>
internal sealed class SessionOracle(long gap, long maxDisorder, long lateness, long latest)
{
    private readonly Dictionary<(string Brand, string Channel, string Language), List<CountedMention>> _mentions = [];

    public int LatePosts { get; private set; }

    public int FuturePosts { get; private set; }

    public void Add(int partition, IReadOnlyList<Post> posts)
    {
        long? max = null;
        foreach (var post in posts)
        {
            long? watermark = max - maxDisorder;
            if (post.Time > latest)
            {
                FuturePosts += post.Mentions.Length > 0 ? 1 : 0;
                continue;
            }

            max = Math.Max(max ?? post.Time, post.Time);
            var alone = Second(post) + gap;
            if (post.Mentions.Length > 0 && watermark >= alone + lateness)
            {
                LatePosts++;
                continue;
            }

            foreach (var mention in post.Mentions)
            {
                var key = (mention.Brand, mention.Channel, mention.Language);
                _mentions.TryAdd(key, []);
                _mentions[key].Add(new CountedMention(partition, post, mention, watermark >= alone));
            }
        }
    }

    public IEnumerable<WindowRow> Rows()
    {
        foreach (var ((brand, channel, language), mentions) in _mentions)
        {
            var session = new List<CountedMention>();
            foreach (var mention in mentions.OrderBy(m => m.Post.Time))
            {
                if (session.Count > 0 && Second(mention.Post) - Second(session[^1].Post) >= gap)
                {
                    yield return Row(session);
                    session.Clear();
                }

                session.Add(mention);
            }

            yield return Row(session);
            WindowRow Row(List<CountedMention> all) =>
                WindowOracle.RowOf((Second(all[0].Post), brand, channel, language), Second(all[^1].Post) + gap, all, (all.Count * 2) + 1);
        }
    }

    private static long Second(Post post) => post.Time / 1000 * 1000;
}
