using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamEngine.Bench.Text;

namespace StreamEngine.Bench.Posts;

/// <summary>
/// Posts as JSON lines of about 290 bytes in Dutch, Italian, Polish and English; seven in ten mention one of 50 brands, each known by
/// four keywords; seven in eight say their language, as most networks' do. Event times grow over <see cref="Span"/>. A seed decides them.
/// </summary>
public sealed class PostStream
{
    /// <summary>How many brands there are.</summary>
    public const int BrandCount = 50;

    private static readonly string[] _languages = ["nl", "it", "pl", "en"];
    private static readonly string[] _channels = ["twitter", "facebook", "instagram", "reddit"];

    private readonly byte[] _lines;
    private readonly int[] _offsets;

    /// <summary>Makes posts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="start">Event time of the first, ms since 1970.</param>
    public PostStream(int count, int seed, long start)
    {
        var random = new Random(seed);
        var texts = new SyntheticPosts(Math.Min(count, 20_000), seed).Texts;
        _offsets = new int[count + 1];
        using var lines = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            lines.Write(Line(i, random, texts[i % texts.Length], start + (long)(Span.TotalMilliseconds * i / count)));
            _offsets[i + 1] = (int)lines.Length;
        }

        _lines = lines.ToArray();
    }

    /// <summary>The event time from the first post to the last; short enough that none is late when they are read over and over.</summary>
    public static TimeSpan Span { get; } = TimeSpan.FromMinutes(1);

    /// <summary>How many posts there are.</summary>
    public int Count => _offsets.Length - 1;

    /// <summary>Bytes of a post on average.</summary>
    public double AverageBytes => (double)_lines.Length / Count;

    /// <summary>One post.</summary>
    public ReadOnlySpan<byte> this[int index] => _lines.AsSpan(_offsets[index], _offsets[index + 1] - _offsets[index]);

    /// <summary>The brands file that finds them.</summary>
    public static string BrandsYaml()
    {
        var yaml = new StringBuilder("brands:\n");
        for (var brand = 0; brand < BrandCount; brand++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - name: {Name(brand)}\n    keywords: [{Name(brand)}, {Name(brand)} shop, {Name(brand)}app]\n    handles: [{Name(brand)}help]\n");
        }

        return yaml.ToString();
    }

    private static string Name(int brand) => $"{"bdfgklmnprstvz"[brand % 14]}{"aeiou"[brand / 14 % 5]}lio{"nrstk"[brand % 5]}a{(char)('a' + (brand / 5))}";

    private static byte[] Line(int index, Random random, string text, long time)
    {
        if (random.Next(10) < 7)
        {
            var name = Name((int)(random.NextDouble() * random.NextDouble() * BrandCount));
            var cut = text.IndexOf(' ', Math.Min(text.Length - 1, random.Next(60)));
            text = cut < 0 ? $"{name} {text}" : $"{text[..cut]} {(random.Next(8) == 0 ? "@" + name + "help" : name)}{text[cut..]}";
        }

        using var bytes = new MemoryStream();
        using var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("id", (1_000_000_000L + index).ToString(CultureInfo.InvariantCulture));
        json.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("author", $"user{random.Next(50_000)}");
        json.WriteString("channel", _channels[random.Next(_channels.Length)]);
        if (random.Next(8) > 0)
        {
            json.WriteString("language", _languages[index % _languages.Length]);
        }

        json.WriteNumber("reach", random.Next(5_000));
        json.WriteString("text", text);
        json.WriteEndObject();
        json.Flush();
        return bytes.ToArray();
    }
}
