using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamEngine.Bench.Text;

namespace StreamEngine.Bench.Posts;

/// <summary>
/// JSON lines of posts, about 290 bytes each: texts of <see cref="SyntheticPosts"/>, 70 % of which mention one of 50 invented brands,
/// with id, time, author, channel, language and reach. A seed decides them. The times rise by a second per <see cref="PostsPerSecond"/>.
/// </summary>
public sealed class JsonPosts
{
    /// <summary>How many brands there are.</summary>
    public const int BrandCount = 50;

    /// <summary>How many posts fall into a second of event time.</summary>
    public const int PostsPerSecond = 1_000;

    /// <summary>The first post's time: 2026-03-01T00:00Z, in ms since 1970.</summary>
    public const long FirstTime = 1_772_323_200_000;

    private static readonly string[] _languages = ["nl", "it", "pl", "en"];
    private static readonly string[] _channels = ["x", "bluesky", "forum", "news"];
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes posts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    public JsonPosts(int count, int seed)
    {
        var random = new Random(seed);
        Texts = new string[count];
        Lines = new byte[count][];
        var texts = new SyntheticPosts(count, seed).Texts;
        for (var i = 0; i < count; i++)
        {
            Texts[i] = random.Next(100) < 70 ? Mention(random, texts[i]) : texts[i];
            Lines[i] = Line(random, i, Texts[i]);
        }
    }

    /// <summary>The names of the brands.</summary>
    public static IReadOnlyList<string> Brands { get; } = [.. Enumerable.Range(0, BrandCount).Select(i => InventedWord(new Random(i), 3))];

    /// <summary>The posts as JSON, without line ends.</summary>
    public byte[][] Lines { get; }

    /// <summary>What they say.</summary>
    public string[] Texts { get; }

    /// <summary>A brands file of <see cref="Brands"/>, filled up with brands of other keywords to <paramref name="keywords"/> in all.</summary>
    public static string BrandsFile(int keywords)
    {
        var random = new Random(keywords);
        var yaml = new StringBuilder("brands:\n");
        foreach (var brand in Brands.Take(keywords))
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: {brand}, keywords: [{brand}], hashtags: [{brand}], handles: [{brand}] }}\n");
        }

        for (var (left, number) = (keywords - BrandCount, 1); left > 0; left -= 50, number++)
        {
            var words = Enumerable.Range(0, Math.Min(50, left)).Select(_ => InventedWord(random, 4) + (random.Next(3) == 0 ? " " + InventedWord(random, 2) : ""));
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: Other {number}, keywords: [{string.Join(", ", words)}] }}\n");
        }

        return yaml.ToString();
    }

    private static string Mention(Random random, string text)
    {
        var brand = Brands[random.Next(BrandCount)];
        var sign = random.Next(6) switch { 0 => "#", 1 => "@", _ => "" };
        var at = text.IndexOf(' ', random.Next(text.Length / 2));
        var rest = text.Length > 128 ? text[(text.IndexOf(' ') + 1)..] : text;
        return at < 0 || at >= rest.Length ? $"{sign}{brand} {rest}" : $"{text[..at]} {sign}{brand}{text[at..]}";
    }

    private static byte[] Line(Random random, int number, string text)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(FirstTime + (number * 1000L / PostsPerSecond));
        var line = $$"""{"id":"{{random.NextInt64(1_000_000_000_000_000_000, long.MaxValue)}}","time":"{{time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)}}","author":"{{InventedWord(random, 3)}}_{{random.Next(100_000)}}","channel":"{{_channels[random.Next(_channels.Length)]}}","language":"{{_languages[number % _languages.Length]}}","text":{{JsonSerializer.Serialize(text, _plain)}},"reach":{{random.Next(50_000)}}}""";
        return Encoding.UTF8.GetBytes(line);
    }

    private static string InventedWord(Random random, int syllables)
    {
        var word = new StringBuilder();
        for (var i = 0; i < syllables; i++)
        {
            word.Append("bcdfgklmnprstvz"[random.Next(15)]).Append("aeiou"[random.Next(5)]);
        }

        return word.ToString();
    }
}
