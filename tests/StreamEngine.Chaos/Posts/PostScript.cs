namespace StreamEngine.Chaos.Posts;

/// <summary>
/// Posts made up by seed. Post i is the same each time it is asked for, so that whoever reads a record's number knows what is in it and
/// what becomes of it, without reading the record.
/// </summary>
/// <remarks>
/// Event time goes forward evenly, from <see cref="Start"/> by <see cref="Span"/>; a post is up to <see cref="DisorderMs"/> older than
/// that, a few are up to twice <see cref="Lateness"/> older. After the last post come closing ones, <see cref="Calm"/> later, that are
/// about nothing: with one in each partition every window is complete and every incident over.
/// </remarks>
internal sealed class PostScript : IPosts
{
    public const int WindowMs = 60_000;
    public const int DisorderMs = 5_000;
    public const int Authors = 3_000;
    private const int Minute = 60_000;
    private const int Channels = 5;

    private static readonly string[] _channels = ["twitter", "facebook", "reddit", "forum", ""];

    private readonly List<Crisis> _crises = [];

    /// <param name="seed">Another seed, other posts.</param>
    /// <param name="count">How many posts.</param>
    /// <param name="span">How much event time they take; at least two hours for a crisis to be seen as one.</param>
    /// <param name="brands">How many brands, up to 20.</param>
    public PostScript(long seed, long count, TimeSpan span, int brands)
    {
        (Seed, Count, Span, Texts) = (seed, count, span, new BrandTexts(brands));
        var dice = new PostDice(seed, -2);
        var from = 45L + dice.Next(5);
        for (; from + 30 < span.TotalMinutes; from += 20 + dice.Next(15))
        {
            _crises.Add(new Crisis((dice.Next(2) + (_crises.Count * 3)) % brands, Start + (from * Minute), Start + ((from + 8 + dice.Next(5)) * Minute)));
        }
    }

    public static long Start { get; } = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static TimeSpan Lateness { get; } = TimeSpan.FromMinutes(30);

    public static TimeSpan Calm { get; } = TimeSpan.FromHours(2);

    public long Seed { get; }

    public long Count { get; }

    public TimeSpan Span { get; }

    public BrandTexts Texts { get; }

    /// <summary>The times in which many are angry at one brand.</summary>
    public IReadOnlyList<Crisis> Crises => _crises;

    /// <summary>A post; from <see cref="Count"/> on, closing ones.</summary>
    public ScriptedPost this[long number] => number < Count ? Make(number) : Close(number);

    private ScriptedPost Make(long number)
    {
        var dice = new PostDice(Seed, number);
        var due = Start + (long)(number * (Span.TotalMilliseconds / Count));
        var kind = dice.Next(1000);
        var fault = kind < 10 ? (PostFault)(1 + dice.Next(6)) : PostFault.None;
        var isLate = kind is >= 10 and < 40 || fault == PostFault.WrongReach;
        var angryAt = _crises.FirstOrDefault(c => c.From <= due && due < c.To);
        var isAngry = angryAt is not null && fault == PostFault.None && !isLate && dice.InThousand(300);
        var brand = isAngry ? angryAt!.Brand : dice.InThousand(30) ? -1 : Math.Min(dice.Next(Texts.Brands.Count), dice.Next(Texts.Brands.Count));
        var other = brand >= 0 && !isAngry && dice.InThousand(120) ? (brand + 1) % Texts.Brands.Count : -1;
        var book = Phrasebook.All[dice.Next(Phrasebook.All.Count)];
        return new ScriptedPost
        {
            Number = number,
            Fault = fault,
            Time = due - (isLate ? DisorderMs + dice.Next((long)Lateness.TotalMilliseconds * 2) : dice.Next(DisorderMs)),
            IsPunctual = !isLate && fault == PostFault.None,
            Brand = brand,
            OtherBrand = other,
            Text = book.Compose(dice.Next(book.Openings.Length), dice.Next(isAngry ? book.Bad.Length : book.Sayings), dice.Next(book.Endings.Length), Texts.Subject(book, brand, other)),
            Language = dice.InThousand(100) ? "" : book.Language,
            Channel = _channels[dice.Next(Channels)],
            Author = dice.InThousand(50) ? -1 : dice.Next(Authors),
            Reach = dice.InThousand(100) ? -1 : dice.Next(5000),
        };
    }

    private ScriptedPost Close(long number) => new()
    {
        Number = number,
        Fault = PostFault.None,
        Time = Start + (long)(Span + Calm).TotalMilliseconds,
        IsPunctual = true,
        Brand = -1,
        OtherBrand = -1,
        Text = Phrasebook.All[^1].Compose(0, 0, 0, Phrasebook.All[^1].Nothing),
        Language = Phrasebook.All[^1].Language,
        Channel = _channels[0],
        Author = 0,
        Reach = 0,
    };
}

/// <summary>A time in which many are angry at a brand.</summary>
internal sealed record Crisis(int Brand, long From, long To);
