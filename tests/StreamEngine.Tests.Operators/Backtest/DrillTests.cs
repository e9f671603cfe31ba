using System.Text.Json;
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

    private static DrillGround Ground(TempFolder folder) =>
        new(InventedPosts.Backtest(folder), new InventedPosts(Seed).Ordinary().OrderBy(p => p.Minute).Select(p => p.Line), null, 1, Seed, CancellationToken.None);
}
