using System.Text.Json;
using System.Text.Json.Nodes;

namespace StreamEngine.Operators;

/// <summary>
/// Real posts into which rises are injected: posts of a brand and tone, drawn from the same file and given new times and ids. What is usual
/// is the brand's mean over the file, so a rise of ×4 means that the brand has three times its mean number of negative posts on top.
/// </summary>
/// <remarks>
/// At a volume above 1 each post is joined by others within an hour and a half, with texts of the same brand and tone: the rhythm of the
/// real stream at the volume of a larger brand.
/// </remarks>
public sealed class DrillGround
{
    private const int Lead = 24 * 60;
    private const int FewestPosts = 50;
    private const double LargestPart = 500;
    private const long MinuteMs = 60_000;
    private const long JitterMs = 90 * MinuteMs;

    private readonly GraphBacktest _backtest;
    private readonly DrillFields _fields;
    private readonly List<DrillPost> _posts;
    private readonly Dictionary<(string Brand, string Sentiment), List<DrillPost>> _pools;
    private readonly int _volume;
    private readonly long _from;
    private readonly long _to;

    /// <summary>Reads posts.</summary>
    /// <param name="backtest">The graph.</param>
    /// <param name="lines">Posts: JSON objects with an id and a time where the graph's <c>decode</c> looks for them.</param>
    /// <param name="labelField">The property that says a post's tone (its first three letters count); <see langword="null"/>: the graph's own judgement.</param>
    /// <param name="volume">How many posts there are for each one of the file.</param>
    /// <param name="seed">What copies' times are drawn from.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="InvalidDataException">There are no posts, or one has no id, no time, or a label that is no word.</exception>
    public DrillGround(GraphBacktest backtest, IEnumerable<ReadOnlyMemory<byte>> lines, string? labelField, int volume, int seed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(backtest);
        _backtest = backtest;
        _fields = backtest.DrillFields;
        _volume = volume;
        var read = lines.Select((line, index) => _fields.Read(line, index + 1)).ToList();
        List<DrillPost> originals = [.. read.OfType<DrillPost>().OrderBy(p => p.Time)];
        LeftOut = read.Count - originals.Count;
        if (originals.Count == 0)
        {
            throw new InvalidDataException("there are no posts to inject rises into");
        }

        (_from, _to) = (originals[0].Time, originals[^1].Time);
        var mentions = Mentions(originals, labelField, stop);
        _pools = mentions.GroupBy(m => m.Key, m => m.Post).ToDictionary(g => g.Key, g => g.ToList());
        var random = new Random(seed);
        var draws = _pools.ToDictionary(p => p.Key, p => new PostDraw(p.Value, random));
        _posts = [.. originals.Concat(mentions.DistinctBy(m => m.Post.Id).SelectMany(m => Copies(m.Post, draws[m.Key], random))).OrderBy(p => p.Time)];
    }

    /// <summary>How many lines take no part, as they are no JSON objects or have two properties of one name.</summary>
    public int LeftOut { get; }

    /// <summary>Brands with enough posts to take part.</summary>
    public IEnumerable<string> Brands => _pools.Where(p => p.Key.Sentiment == "negative" && p.Value.Count >= FewestPosts).Select(p => p.Key.Brand).Order(StringComparer.Ordinal);

    /// <summary>Weeks of event time in the file, times the brands that take part.</summary>
    public double BrandWeeks => Brands.Count() * (_to - _from) / (7 * 24 * 60.0 * MinuteMs);

    /// <summary>How many posts of a tone a brand has in a minute, over the whole file.</summary>
    public double PerMinute(string brand, string sentiment) => _pools.GetValueOrDefault((brand, sentiment), []).Count * _volume / ((_to - _from) / (double)MinuteMs);

    /// <summary>The posts as they are.</summary>
    public BacktestRun Quiet(CancellationToken stop) => _backtest.Run(_posts.Select(p => p.Line), stop);

    /// <summary>Injects rises at random times, one per brand and run, after the file's first day.</summary>
    /// <exception cref="InvalidDataException">There are too few posts for that.</exception>
    public DrillOutcome Run(Drill drill, int rises, Random random, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(drill);
        ArgumentNullException.ThrowIfNull(random);
        var delays = new List<double>();
        var brands = Brands.ToList();
        if (brands.Count == 0)
        {
            throw new InvalidDataException($"drills need a brand with at least {FewestPosts} negative posts, and there is none");
        }

        if (_to - _from <= (Lead + drill.Minutes) * MinuteMs)
        {
            throw new InvalidDataException($"drills of {drill.Minutes} minutes need posts of more than a day and {drill.Minutes} minutes, as none is on the first day");
        }

        for (var done = 0; done < rises;)
        {
            var starts = new Dictionary<string, long>();
            var added = new List<DrillPost>();
            foreach (var brand in brands.Take(rises - done))
            {
                starts[brand] = random.NextInt64(_from + (Lead * MinuteMs), _to - (drill.Minutes * MinuteMs));
                added.AddRange(Rise(drill, brand, starts[brand], random));
            }

            var run = _backtest.Run(_posts.Concat(added).OrderBy(p => p.Time).Select(p => p.Line), stop);
            delays.AddRange(starts.Select(s => Delay(run, s.Key, s.Value, drill)).OfType<double>());
            done += starts.Count;
        }

        return new DrillOutcome(drill, rises, [.. delays.Order()]);
    }

    private double? Delay(BacktestRun run, string brand, long start, Drill drill)
    {
        var end = start + (drill.Minutes * MinuteMs);
        var found = run.Incidents.FirstOrDefault(a => a.Brand == brand && a.OpenedAt + _backtest.WindowSize > start && a.OpenedAt <= end);
        return found is null ? null : (found.OpenedAt + _backtest.WindowSize - start) / (double)MinuteMs;
    }

    private IEnumerable<DrillPost> Rise(Drill drill, string brand, long start, Random random)
    {
        var pool = _pools.GetValueOrDefault((brand, drill.Sentiment), []);
        var draw = new PostDraw(pool, random);
        var mean = (drill.Factor - 1) * PerMinute(brand, "negative");
        for (var minute = 0; minute < drill.Minutes && pool.Count > 0; minute++)
        {
            for (var i = Poisson(random, mean); i > 0; i--)
            {
                var time = start + (minute * MinuteMs) + random.NextInt64(MinuteMs);
                yield return _fields.Copy(draw.Next(), time, $"drill-{random.NextInt64():x}");
            }
        }
    }

    private List<((string Brand, string Sentiment) Key, DrillPost Post)> Mentions(List<DrillPost> posts, string? labelField, CancellationToken stop)
    {
        var byId = new Dictionary<string, DrillPost>();
        foreach (var post in posts)
        {
            byId.TryAdd(post.Id, post);
        }

        return
        [
            .. _backtest.Mentions(posts.Select(p => p.Line), stop).Select(mention =>
            {
                var post = byId[mention.Id];
                return ((mention.Brand, labelField is null ? mention.Sentiment : Tone(post, labelField)), post);
            }),
        ];
    }

    private static string Tone(DrillPost post, string labelField) => post.Json[labelField] switch
    {
        null => "neutral",
        JsonValue label when label.GetValueKind() == JsonValueKind.String => label.ToString().ToUpperInvariant() switch
        {
            ['N', 'E', 'G', ..] => "negative",
            ['P', 'O', 'S', ..] => "positive",
            _ => "neutral",
        },
        var other => throw new InvalidDataException($"the label field '{labelField}' must hold words that begin with neg, neu or pos; in post {post.Id} it holds {other.ToJsonString()}"),
    };

    /// <summary>More posts around the time of one, with what others of the same brand and tone say.</summary>
    private IEnumerable<DrillPost> Copies(DrillPost post, PostDraw draw, Random random)
    {
        for (var i = 1; i < _volume; i++)
        {
            yield return _fields.Copy(draw.Next(), post.Time + random.NextInt64(-JitterMs, JitterMs), $"{post.Id}-{i}");
        }
    }

    /// <summary>A Poisson-distributed number (Knuth's method, in parts: e to the power of -746 is nothing but 0).</summary>
    internal static int Poisson(Random random, double mean)
    {
        var count = 0;
        for (; mean > LargestPart; mean -= LargestPart)
        {
            count += Part(random, LargestPart);
        }

        return count + Part(random, mean);
    }

    private static int Part(Random random, double mean)
    {
        var (count, product) = (-1, 1.0);
        for (var limit = Math.Exp(-mean); product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }
}
