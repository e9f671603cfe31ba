using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamEngine.Cli.Demo;

/// <summary>
/// The scripted day: posts about six brands in four languages, in the order in which they reach Kafka. The same seed and day give the
/// same bytes.
/// </summary>
/// <remarks>
/// Most posts arrive within three seconds of being written, some after minutes, a few after hours. Some cannot be read at all.
/// </remarks>
internal sealed class DemoDay : IDisposable
{
    private const int Minutes = 24 * 60;
    private const int NobodyPerDay = 14_000;
    private const int MatchStart = 20 * 60;
    private const int MatchPostsPerMinute = 8;
    private const double MostDelayMs = 3_000;

    private static readonly ImmutableArray<double> _rhythm =
        [0.30, 0.18, 0.12, 0.10, 0.10, 0.18, 0.45, 0.85, 1.10, 1.15, 1.10, 1.15, 1.35, 1.25, 1.15, 1.15, 1.20, 1.35, 1.45, 1.60, 1.70, 1.60, 1.20, 0.65];

    private static readonly ImmutableArray<string> _channels = ["microblog", "microblog", "microblog", "microblog", "microblog", "forum", "forum", "reviews", "video"];

    private readonly ImmutableArray<Phrases> _languages = Phrases.ReadAll();
    private readonly PriorityQueue<DemoPost, (long Arrival, long Number)> _underWay = new();
    private readonly ArrayBufferWriter<byte> _json = new(512);
    private readonly Utf8JsonWriter _writer;
    private readonly Random _random;
    private readonly PostText _text;
    private readonly int _partitions;
    private long _number;

    /// <summary>Prepares a day.</summary>
    /// <param name="start">Its midnight, ms since 1970.</param>
    /// <param name="partitions">Partitions of the source topic.</param>
    /// <param name="seed">What it is made from.</param>
    public DemoDay(long start, int partitions, int seed)
    {
        (Start, _partitions, _random) = (start, partitions, new Random(seed));
        _text = new PostText(_random);
        _writer = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Midnight at which the day starts, ms since 1970.</summary>
    public long Start { get; }

    /// <summary>Midnight at which it ends.</summary>
    public long End => Start + (Minutes * 60_000L);

    /// <summary>The day's records by arrival.</summary>
    public IEnumerable<DemoPost> Posts()
    {
        for (var minute = 0; minute < Minutes; minute++)
        {
            Write(minute);
            while (_underWay.TryPeek(out var post, out _) && post.Arrival < Start + (minute * 60_000L))
            {
                yield return _underWay.Dequeue();
            }
        }

        while (_underWay.TryDequeue(out var post, out _))
        {
            yield return post;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Write(int minute)
    {
        var rhythm = Rhythm(minute);
        foreach (var brand in DemoBrand.All)
        {
            Repeat(brand.PostsPerDay * rhythm / Minutes, () => Send(minute, Ordinary(brand)));
        }

        foreach (var story in DemoStory.All.Where(s => minute >= s.StartMinute))
        {
            Repeat(story.PostsPerMinute(minute - story.StartMinute), () => Send(minute, Of(story)));
        }

        Repeat(NobodyPerDay * rhythm / Minutes, () => Send(minute, Nobody(false)));
        if (minute is >= MatchStart and < MatchStart + 110)
        {
            Repeat(MatchPostsPerMinute, () => Send(minute, Nobody(true)));
        }

        if (minute > 60)
        {
            Repeat(0.04, () => SendBroken(minute));
        }

        if (minute > 8 * 60)
        {
            Repeat(0.08, () => SendHoursLate(minute));
        }
    }

    /// <summary>How busy a minute is; 1 on average.</summary>
    private static double Rhythm(int minute)
    {
        var (hour, part) = (minute / 60, minute % 60 / 60.0);
        return ((_rhythm[hour] * (1 - part)) + (_rhythm[(hour + 1) % 24] * part)) * 24 / _rhythm.Sum();
    }

    private Draft Ordinary(DemoBrand brand)
    {
        var phrases = Language(brand.Languages);
        var tone = _random.NextDouble() is var r && r < brand.Negative ? "negative" : r < brand.Negative + brand.Positive ? "positive" : "neutral";
        return new Draft(phrases, _text.About(brand, tone, phrases), ExpectedFate.Counted);
    }

    private Draft Of(DemoStory story)
    {
        var phrases = Language(story.Brand.Languages);
        return new Draft(phrases, _text.Of(story, phrases), ExpectedFate.Counted);
    }

    private Draft Nobody(bool aboutTheMatch)
    {
        var phrases = _languages[_random.Next(_languages.Length)];
        return new Draft(phrases, _text.AboutNobody(phrases, aboutTheMatch), ExpectedFate.Unmatched);
    }

    private void Send(int minute, Draft draft)
    {
        var time = TimeIn(minute);
        // One in 150 was written without a connection and comes minutes later, within the lateness of the windows.
        var delay = draft.Fate == ExpectedFate.Counted && _random.Next(150) == 0 ? _random.Next(60_000, 8 * 60_000) : (long)(_random.NextDouble() * MostDelayMs);
        Enqueue(time + delay, Json(time, draft), draft.Fate);
    }

    private void SendHoursLate(int minute)
    {
        var arrival = TimeIn(minute);
        var draft = Ordinary(DemoBrand.All[_random.Next(DemoBrand.All.Length)]) with { Fate = ExpectedFate.Late };
        Enqueue(arrival, Json(arrival - _random.Next(2 * 3_600_000, 7 * 3_600_000), draft), draft.Fate);
    }

    private void SendBroken(int minute)
    {
        var time = TimeIn(minute);
        var draft = Ordinary(DemoBrand.All[_random.Next(DemoBrand.All.Length)]);
        var json = Json(time, draft);
        byte[] broken = (_number % 6) switch
        {
            0 => json[..(json.Length * 2 / 3)],
            1 => WithInvalidUtf8(json),
            2 => Json(null, draft),
            3 => Json(new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), draft),
            4 => Encoding.UTF8.GetBytes("<html><body>502 Bad Gateway</body></html>"),
            _ => [(byte)'[', .. json, (byte)']'],
        };
        Enqueue(time, broken, ExpectedFate.Dead);
    }

    private static byte[] WithInvalidUtf8(byte[] json)
    {
        var text = json.AsSpan().LastIndexOf("\"text\":\""u8) + 8;
        json[text] = 0xC3;
        json[text + 1] = (byte)'(';
        return json;
    }

    private void Enqueue(long arrival, byte[] value, ExpectedFate fate) =>
        _underWay.Enqueue(new DemoPost(arrival, _random.Next(_partitions), value, fate), (arrival, _number++));

    private byte[] Json(long? time, Draft draft)
    {
        _json.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("id", $"p{_number:x6}");
        if (time is { } written)
        {
            _writer.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(written).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        }

        _writer.WriteString("author", _text.Author(draft.Phrases));
        _writer.WriteString("channel", _channels[_random.Next(_channels.Length)]);
        // A third does not say; the operator 'language' finds out.
        if (_random.Next(3) > 0)
        {
            _writer.WriteString("language", draft.Phrases.Language);
        }

        _writer.WriteNumber("reach", (long)Math.Exp(4 + (1.3 * Normal())));
        _writer.WriteString("text", draft.Text);
        _writer.WriteEndObject();
        _writer.Flush();
        return _json.WrittenSpan.ToArray();
    }

    private long TimeIn(int minute) => Start + (minute * 60_000L) + _random.Next(60_000);

    private Phrases Language(ImmutableArray<double> weights)
    {
        var at = _random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length - 1; i++)
        {
            at -= weights[i];
            if (at < 0)
            {
                return _languages[i];
            }
        }

        return _languages[^1];
    }

    /// <summary>Does something a Poisson-distributed number of times (Knuth's method).</summary>
    private void Repeat(double mean, Action work)
    {
        var limit = Math.Exp(-mean);
        for (var product = _random.NextDouble(); product > limit; product *= _random.NextDouble())
        {
            work();
        }
    }

    /// <summary>A normal deviate (Box and Muller).</summary>
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private readonly record struct Draft(Phrases Phrases, string Text, ExpectedFate Fate);
}
