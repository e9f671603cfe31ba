using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamEngine.Bench.Posts;

/// <summary>Invented brands that few write about, and what is written: usual posts, a fifth of them complaints, and complaints alone. A seed decides all.</summary>
internal sealed class WatchedBrands
{
    private static readonly string[] _openings = ["Honestly", "Today", "Well", "Hmm", "So", "Folks", "Update", "This morning", "My mum says", "Again"];
    private static readonly string[] _plain = ["opened a new shop", "moves to a new office", "has a new logo", "starts at nine", "publishes its report", "is on television tonight"];
    private static readonly string[] _good = ["is great", "was wonderful today", "has lovely people", "helped me quickly, thank you", "makes the best product", "is my favourite"];
    private static readonly string[] _matters = ["service", "delivery", "helpdesk", "app", "prices", "quality", "refund", "waiting time"];
    private static readonly string[] _bad = ["terrible", "awful", "horrible", "the worst", "disgusting", "a disaster", "useless"];
    private static readonly string[] _endings = ["never again", "so disappointed", "i hate it", "this makes me angry", "total rubbish", "i want my money back", "shame on you"];
    private static readonly string[] _channels = ["x", "bluesky", "forum", "news"];

    private readonly Random _random;
    private int _count;

    /// <summary>Makes brands.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them and their posts.</param>
    public WatchedBrands(int count, int seed)
    {
        _random = new Random(seed);
        var names = new HashSet<string>();
        while (names.Count < count)
        {
            names.Add(Word(5));
        }

        Names = [.. names];
    }

    /// <summary>The brands.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A brands file of them and those of <see cref="JsonPosts"/>.</summary>
    public string File() => JsonPosts.BrandsFile(JsonPosts.BrandCount) + string.Concat(Names.Select(name => $"  - {{ name: {name}, keywords: [{name}] }}\n"));

    /// <summary>A post as most are.</summary>
    public byte[] Usual(int brand, DateTimeOffset time) => _random.Next(5) switch
    {
        0 => Complaint(brand, time),
        < 3 => Post($"{Pick(_openings)}, {Names[brand]} {Pick(_good)} {Word(4)}", time),
        _ => Post($"{Pick(_openings)}, {Names[brand]} {Pick(_plain)} {Word(4)}", time),
    };

    /// <summary>An angry post.</summary>
    public byte[] Complaint(int brand, DateTimeOffset time) =>
        Post($"{Names[brand]} {Pick(_matters)} is {Pick(_bad)}, {Pick(_endings)} {Word(4)} {Word(3)}", time);

    private byte[] Post(string text, DateTimeOffset time) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = (++_count).ToString(CultureInfo.InvariantCulture),
        time = time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        author = $"{Word(4)}_{_random.Next(100_000)}",
        channel = Pick(_channels),
        language = "en",
        text,
        reach = _random.Next(1000),
    });

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private string Word(int syllables)
    {
        var word = new StringBuilder();
        for (var i = 0; i < syllables; i++)
        {
            word.Append("bcdfgklmnprstvz"[_random.Next(15)]).Append("aeiou"[_random.Next(5)]);
        }

        return word.ToString();
    }
}
