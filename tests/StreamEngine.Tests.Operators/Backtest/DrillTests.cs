using System.Text;
using System.Text.Json;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Backtest;

/// <summary>Rises injected into ordinary posts, through the whole graph: found, soon, and with the reason.</summary>
public sealed class DrillTests
{
    private const int Seed = 11;

    [Fact]
    public void Rises_of_negative_posts_are_found_soon_and_as_large_a_rise_of_praise_raises_nothing()
    {
        using var folder = new TempFolder();
        var ground = Ground(folder);

        var found = ground.Run(new Drill(4, 60), 20, new Random(Seed), CancellationToken.None);
        var praise = ground.Run(new Drill(4, 60, "positive"), 8, new Random(Seed), CancellationToken.None);

        Assert.Equal(["Acme", "Bolt"], ground.Brands);
        Assert.True(found.Share >= 0.95, $"found {found.Share:P0}");
        Assert.InRange(found.MedianDelay, 0, 15);
        Assert.Empty(praise.Delays);
        Assert.Empty(ground.Quiet(CancellationToken.None).Alerts);
    }

    [Fact]
    public void The_same_seed_gives_the_same_outcome()
    {
        using var folder = new TempFolder();
        var ground = Ground(folder);

        IReadOnlyList<double> Delays() => ground.Run(new Drill(8, 10), 4, new Random(Seed), CancellationToken.None).Delays;

        Assert.Equal(Delays(), Delays());
    }

    [Fact]
    public void The_words_of_a_rise_are_among_the_top_terms_of_its_incident()
    {
        using var folder = new TempFolder();
        var backtest = InventedPosts.Backtest(folder);
        string[] words = ["glass", "mould", "strike", "scandal", "smoke", "leak", "rust", "poison", "fraud", "needle"];
        var told = 0;
        foreach (var (word, drill) in words.Select((word, i) => (word, i)))
        {
            var posts = new InventedPosts(Seed + drill);
            var start = 1500 + (drill * 100);
            var run = backtest.Run(posts.Ordinary().Concat(posts.Rise(start, word)).OrderBy(p => p.Minute).Select(p => p.Line), CancellationToken.None);
            var alert = Assert.Single(run.Incidents);
            Assert.Equal("Acme", alert.Brand);
            Assert.InRange(alert.OpenedAt, InventedPosts.TimeOf(start), InventedPosts.TimeOf(start + 60));
            using var json = JsonDocument.Parse(alert.Document);
            told += json.RootElement.GetProperty("top_terms").EnumerateArray().Any(t => t.GetProperty("term").GetString()!.Contains(word, StringComparison.Ordinal)) ? 1 : 0;
        }

        Assert.True(told >= 0.9 * words.Length, $"told {told} of {words.Length}");
    }

    [Fact]
    public void Half_a_surrogate_pair_does_not_end_a_drill_and_lines_that_are_no_posts_are_left_out()
    {
        using var folder = new TempFolder();
        var posts = new InventedPosts(Seed).Ordinary().OrderBy(p => p.Minute).Select(p => Encoding.UTF8.GetString(p.Line.Span).Replace("Acme: ", "Acme: \\ud83d ", StringComparison.Ordinal)).ToList();
        List<ReadOnlyMemory<byte>> lines = [.. posts.Select(p => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(p))), "{"u8.ToArray(), "[1]"u8.ToArray(), "{\"id\":\"a\",\"id\":\"b\"}"u8.ToArray()];
        var last = Encoding.UTF8.GetBytes(posts[^1].Replace("author of", "author \u00e9", StringComparison.Ordinal));
        lines.Add(last.Where(b => b != 0xC3).ToArray()); // no UTF-8: the graph refuses it

        var ground = new DrillGround(InventedPosts.Backtest(folder), lines, null, 1, Seed, CancellationToken.None);

        Assert.Equal(3, ground.LeftOut);
        Assert.True(ground.Run(new Drill(8, 30), 4, new Random(Seed), CancellationToken.None).Share >= 0.75);
    }

    [Fact]
    public void Labels_that_are_no_words_are_told_with_the_post()
    {
        using var folder = new TempFolder();
        var posts = new InventedPosts(Seed).Ordinary().OrderBy(p => p.Minute).Select(p => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(p.Line.Span).Replace("{\"id\"", "{\"stars\":5,\"id\"", StringComparison.Ordinal))));

        var error = Assert.Throws<InvalidDataException>(() => new DrillGround(InventedPosts.Backtest(folder), posts, "stars", 1, Seed, CancellationToken.None));

        Assert.Matches("^the label field 'stars' must hold words that begin with neg, neu or pos; in post p\\d+ it holds 5$", error.Message);
    }

    [Fact]
    public void Windows_that_alerts_are_not_judged_on_change_nothing()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        var graph = new GraphBuilder("drills")
            .From("posts").Then("decode").Then("match", new() { ["brands"] = folder["brands.yaml"] }).Then("language").Then("sentiment")
            .Then("window", new() { ["size"] = "1h" }, "hourly").Then("window", new() { ["session"] = "5m" }, "sessions", "sentiment")
            .Then("window", new() { ["size"] = "1m" }, "minutes", "sentiment").Then("filter", new() { ["where"] = "posts > 0" }, null, "hourly").Then("spikes", null, null, "minutes")
            .Build(new Catalog(BuiltInOperators.All, [new PostsSource([])], []));
        var posts = new InventedPosts(Seed);
        var run = posts.Ordinary().Concat(posts.Rise(1500, "glass")).OrderBy(p => p.Minute).Select(p => p.Line).ToList();

        var backtest = new GraphBacktest(graph);

        Assert.Equal(60_000, backtest.WindowSize);
        Assert.Single(backtest.Run(run, CancellationToken.None).Incidents);
        Assert.NotEmpty(backtest.Mentions(run, CancellationToken.None));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(400)]
    [InlineData(2300)]
    public void Rises_have_the_mean_and_the_spread_that_they_should(double mean)
    {
        var random = new Random(Seed);
        var counts = Enumerable.Range(0, 2000).Select(_ => (double)DrillGround.Poisson(random, mean)).ToList();

        var average = counts.Average();
        Assert.InRange(average, mean - (4 * Math.Sqrt(mean / counts.Count)), mean + (4 * Math.Sqrt(mean / counts.Count)));
        Assert.InRange(counts.Average(c => (c - average) * (c - average)), 0.8 * mean, 1.2 * mean);
    }

    private static DrillGround Ground(TempFolder folder) =>
        new(InventedPosts.Backtest(folder), new InventedPosts(Seed).Ordinary().OrderBy(p => p.Minute).Select(p => p.Line), null, 1, Seed, CancellationToken.None);
}
