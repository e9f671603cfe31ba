using System.Text.Json;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Backtest;

/// <summary>Two days of posts about two brands that do not exist, with a rhythm of day and night, and the graph that judges them.</summary>
internal sealed class InventedPosts(int seed)
{
    public const int Minutes = 2 * 24 * 60;
    private const double NegativePerMinute = 1;
    private const double OthersPerMinute = 1.5;
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] _brands = ["Acme", "Bolt"];
    private static readonly string[] _places = ["in Paris", "at home", "in the shop", "on Monday", "this morning", "in Rome", "at work", "on holiday", "in the rain", "near the station"];
    private static readonly string[] _things = ["the delivery", "the new bag", "the phone line", "the app", "the lamp", "the blue chair", "the invoice", "the ticket", "the camera", "the battery", "the coffee", "the table"];
    private static readonly string[] _who = ["my sister", "a friend", "our neighbour", "my boss", "the kids", "grandma", "a colleague", "the whole team"];
    private static readonly string[] _bad = ["is terrible and I hate it", "was awful, the worst ever", "is broken again, so angry", "was a horrible disappointment", "is useless, never again", "was disgusting and rude"];
    private static readonly string[] _good = ["is wonderful and I love it", "was great, thank you so much", "is the best ever, so happy", "was a fantastic surprise", "is perfect, love it", "was amazing and kind"];
    private readonly Random _random = new(seed);
    private int _number;

    public static long TimeOf(double minute) => _start.AddMinutes(minute).ToUnixTimeMilliseconds();

    /// <summary>A backtest of the operators that ship, with windows of a minute.</summary>
    public static GraphBacktest Backtest(TempFolder folder)
    {
        File.WriteAllText(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n  - { name: Bolt, keywords: [bolt] }\n");
        return new GraphBacktest(new GraphBuilder("drills")
            .From("posts").Then("decode").Then("match", new() { ["brands"] = folder["brands.yaml"] }).Then("language").Then("sentiment")
            .Then("window", new() { ["size"] = "1m", ["lateness"] = "10m" }).Then("spikes")
            .Build(new Catalog(BuiltInOperators.All, [new PostsSource([])], [])));
    }

    /// <summary>The two days, in order.</summary>
    public List<(double Minute, ReadOnlyMemory<byte> Line)> Ordinary()
    {
        var posts = new List<(double Minute, ReadOnlyMemory<byte> Line)>();
        for (var minute = 0; minute < Minutes; minute++)
        {
            var day = 1 - (0.6 * Math.Cos(minute * 2 * Math.PI / 1440));
            foreach (var brand in _brands)
            {
                posts.AddRange(Some(minute, NegativePerMinute * day, () => $"{brand}: {Pick(_things)} {Pick(_bad)}, says {Pick(_who)} {Pick(_places)}"));
                posts.AddRange(Some(minute, OthersPerMinute * day, () => _random.Next(2) == 0
                    ? $"{brand}: {Pick(_things)} {Pick(_good)}, says {Pick(_who)} {Pick(_places)}"
                    : $"{Pick(_who)} went to {brand} {Pick(_places)} to see {Pick(_things)}"));
            }
        }

        return posts;
    }

    /// <summary>Posts about Acme for an hour, three times the usual number of negative ones, each with a word.</summary>
    public IEnumerable<(double Minute, ReadOnlyMemory<byte> Line)> Rise(int start, string word) =>
        Enumerable.Range(start, 60).SelectMany(minute => Some(minute, 3 * NegativePerMinute, () => $"Acme: {word} in {Pick(_things)}, it {Pick(_bad)}, says {Pick(_who)} {Pick(_places)}"));

    private IEnumerable<(double Minute, ReadOnlyMemory<byte> Line)> Some(int minute, double mean, Func<string> text)
    {
        var product = _random.NextDouble();
        for (var limit = Math.Exp(-mean); product > limit; product *= _random.NextDouble())
        {
            var at = minute + _random.NextDouble();
            var id = $"p{_number++}";
            yield return (at, JsonSerializer.SerializeToUtf8Bytes(new { id, time = _start.AddMinutes(at).ToString("O"), author = "author of " + id, text = text() }));
        }
    }

    private string Pick(string[] words) => words[_random.Next(words.Length)];
}
