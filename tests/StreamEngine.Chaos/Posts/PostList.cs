namespace StreamEngine.Chaos.Posts;

/// <summary>Posts that are thought up one after another, all punctual and without fault.</summary>
internal sealed class PostList(BrandTexts texts) : IPosts
{
    private readonly List<ScriptedPost> _posts = [];
    private readonly Random _random = new(1);

    public BrandTexts Texts => texts;

    public ScriptedPost this[long number] => _posts[(int)number];

    public int Count => _posts.Count;

    /// <summary>How often brands are mentioned in all posts together.</summary>
    public long Mentions { get; private set; }

    /// <summary>A post of a time about a brand (-1: about none).</summary>
    /// <param name="time">Event time, ms since 1970.</param>
    /// <param name="brand">The brand.</param>
    /// <param name="bad">Whether it is angry; else it is not.</param>
    public ScriptedPost Add(long time, int brand, bool bad)
    {
        var book = Phrasebook.All[_random.Next(Phrasebook.All.Count)];
        var saying = bad ? _random.Next(book.Bad.Length) : book.Bad.Length + _random.Next(book.Sayings - book.Bad.Length);
        var text = book.Compose(_random.Next(book.Openings.Length), saying, _random.Next(book.Endings.Length), texts.Subject(book, brand, -1));
        return Add(time, brand, text, _random.Next(2) == 0 ? "twitter" : "forum", book.Language);
    }

    /// <summary>A post with a text, a channel and a language of one's choice.</summary>
    public ScriptedPost Add(long time, int brand, string text, string channel, string language)
    {
        var post = new ScriptedPost
        {
            Number = _posts.Count,
            Fault = PostFault.None,
            Time = time,
            IsPunctual = true,
            Brand = brand,
            OtherBrand = -1,
            Text = text,
            Channel = channel,
            Language = language,
            Author = _random.Next(PostScript.Authors),
            Reach = _random.Next(1000),
        };
        _posts.Add(post);
        Mentions += brand >= 0 ? 1 : 0;
        return post;
    }

    /// <summary>Posts of some minutes as usual: a fifth of them angry, brand after brand.</summary>
    /// <param name="from">Event time of the first, ms since 1970.</param>
    /// <param name="minutes">How many minutes.</param>
    /// <param name="brands">How many of the brands, from the first on.</param>
    /// <param name="perMinute">Posts about each brand.</param>
    public IEnumerable<ScriptedPost> Usual(long from, int minutes, int brands, int perMinute)
    {
        var total = minutes * perMinute * brands;
        for (var i = 0; i < total; i++)
        {
            yield return Add(from + ((long)i * minutes * PostScript.WindowMs / total), i % brands, i / brands % 5 == 0);
        }
    }
}
