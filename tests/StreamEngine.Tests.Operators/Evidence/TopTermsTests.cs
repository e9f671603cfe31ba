using StreamEngine.Core.State;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Evidence;

public sealed class TopTermsTests
{
    private static readonly string[] _usual = ["late", "luggage", "gate", "crew", "seat", "ticket", "phone", "hours", "weather", "boarding", "refund", "queue"];

    [Theory]
    [InlineData("en", "The #Boycott of Acme isn't over, don't fly with them: they're awful!! 100 @acme https://t.co/x", "boycott fly awful")]
    [InlineData("nl", "Wat een drama, ik ben héél boos op Acme en zijn vertragingen", "drama boos vertragingen")]
    [InlineData("pl", "Nie polecam, Acme zgubiło mój bagaż i nikt nie odpowiada", "polecam zgubilo bagaz nikt odpowiada")]
    [InlineData("it", "L'aereo dell'Acme è in ritardo, che vergogna!", "aereo ritardo vergogna")]
    [InlineData("de", "Schon wieder Verspätung bei Acme, größte Frechheit", "verspatung grosste frechheit")]
    [InlineData("fr", "C'est l'horreur chez Acme, aucun remboursement", "horreur remboursement")]
    [InlineData("es", "Muy mal servicio de Acme, perdieron la maleta", "mal servicio perdieron maleta")]
    [InlineData("pt", "Não recomendo a Acme, péssimo atendimento", "recomendo pessimo atendimento")]
    [InlineData(null, "Acme: die luggage war la merde", "luggage merde")]
    public void Terms_are_folded_words_and_hashtags_without_stop_words_handles_links_numbers_and_the_brand(string? language, string text, string expected)
    {
        var (cutter, names) = (new TermCutter(), new HashSet<ulong>());
        TermCutter.Names("Acme"u8, names);
        var terms = new List<string>();
        foreach (var term in cutter.Cut(Samples.Post(text, language), names))
        {
            terms.Add(cutter.Text(term));
        }

        Assert.Equal(expected, string.Join(' ', terms));
    }

    [Fact]
    public void What_the_mention_covers_is_no_term_whatever_the_brand_is_called()
    {
        var terms = new TopTerms().Choose("KLM"u8, [Samples.Post("the Royal Dutch lost my suitcase", mention: "Royal Dutch")], [], new TermTable());
        Assert.Equal(["lost", "suitcase"], terms.Select(t => t.Text).Order());
    }

    [Fact]
    public void Words_that_are_new_come_first_and_what_is_as_usual_does_not_come_at_all()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (terms, usual) = (new TopTerms(), new TermTable());
            terms.Learn("Acme"u8, [.. Enumerable.Range(0, 300).Select(_ => Post(random, []))], usual);
            var posts = Enumerable.Range(0, 40).Select(i => Post(random, i % 2 == 0 ? ["salmonella", "recall"] : [])).ToList();
            var chosen = terms.Choose("Acme"u8, posts, [], usual);

            Assert.Equal(["recall", "salmonella"], chosen.Take(2).Select(t => t.Text).Order());
            Assert.All(chosen.Take(2), term => Assert.InRange(term.Share, 0.3, 0.7));
            Assert.All(chosen.Take(2), term => Assert.Equal(0, term.UsualShare));
            Assert.All(chosen.Skip(2), term => Assert.InRange(term.Score, 0, chosen[1].Score));
        }
    }

    [Fact]
    public void A_term_that_is_all_that_is_said_has_a_score_too()
    {
        var (terms, usual) = (new TopTerms(), new TermTable());
        terms.Learn("Acme"u8, [Samples.Post("broken"), Samples.Post("broken"), Samples.Post("fine")], usual);
        Assert.True(double.IsFinite(Assert.Single(terms.Choose("Acme"u8, [Samples.Post("broken"), Samples.Post("broken")], [], usual)).Score));
        Assert.True(double.IsFinite(Assert.Single(terms.Choose("Acme"u8, [Samples.Post("broken")], [], new TermTable())).Score));
    }

    [Fact]
    public void Near_copies_count_as_one_post()
    {
        var posts = Enumerable.Range(0, 50).Select(i => Samples.Post($"RT @x{i}: salmonella found in every single packet of that stuff {i}"))
            .Concat(Enumerable.Range(0, 4).Select(i => Samples.Post($"{Samples.Text(i)} recall"))).ToList();
        var chosen = new TopTerms().Choose("Acme"u8, posts, [], new TermTable());
        Assert.Contains(chosen, term => term is { Text: "recall", Posts: 4 });
        Assert.DoesNotContain(chosen, term => term.Text == "salmonella");
    }

    [Fact]
    public void The_usual_terms_fade_keep_the_frequent_and_come_back_from_state()
    {
        var (terms, usual, random) = (new TopTerms(), new TermTable(), new Random(7));
        for (var day = 0; day < 50; day++)
        {
            usual.Fade(0.5);
            terms.Learn("Acme"u8, [.. Enumerable.Range(0, 20).Select(i => Post(random, [$"rare{day}x{i}", "frequent"]))], usual);
        }

        Assert.InRange(usual.Posts, 39, 40);
        var frequent = Core.Batches.Hash64.Of("frequent"u8);
        Assert.InRange(usual[frequent], 39, 41);
        Assert.Equal(0, usual[Core.Batches.Hash64.Of("rare0x1"u8)]);

        var writer = new StateWriter();
        usual.Write(writer);
        Assert.InRange(writer.Written.Length, 1, 20 + (16 * TermTable.Capacity));
        var restored = new TermTable();
        var reader = new StateReader(writer.Written);
        restored.Read(ref reader);
        reader.End();
        terms.Learn("Acme"u8, [Post(random, ["x"])], restored);
        Assert.Equal((usual.Posts + 1, usual[frequent]), (restored.Posts, restored[frequent]));
    }

    [Fact]
    public void Samples_say_what_the_terms_say_without_near_copies_or_one_author_twice_and_newest_first()
    {
        List<EvidencePost> posts =
        [
            .. Enumerable.Range(0, 30).Select(i => Samples.Post("salmonella in that packet again and again", id: $"copy{i}", author: (ulong)(1 + i), time: i)),
            .. Enumerable.Range(0, 5).Select(i => Samples.Post($"salmonella and recall {Samples.Text(i)}", id: $"loud{i}", author: 99, time: 100 + i)),
            .. Enumerable.Range(0, 5).Select(i => Samples.Post($"recall of {Samples.Text(100 + i)}", id: $"one{i}", author: (ulong)(200 + i), time: 200 + i)),
            .. Enumerable.Range(0, 20).Select(i => Samples.Post(Samples.Text(200 + i), id: $"off{i}", author: (ulong)(300 + i), time: 300 + i)),
        ];
        var terms = new TopTerms();
        var chosen = SamplePosts.Choose(posts, terms.Choose("Acme"u8, posts, [], new TermTable()), terms);
        Assert.Equal(5, chosen.Count);
        Assert.Equal(chosen.OrderByDescending(p => p.Time), chosen);
        Assert.Single(chosen, p => p.Id.StartsWith("loud", StringComparison.Ordinal));
        Assert.InRange(chosen.Count(p => p.Id.StartsWith("copy", StringComparison.Ordinal)), 0, 1);
        Assert.InRange(chosen.Count(p => p.Text.Contains("recall")), 3, 5);
    }

    private static EvidencePost Post(Random random, string[] more) =>
        Samples.Post(string.Join(' ', Enumerable.Range(0, 6).Select(_ => _usual[random.Next(_usual.Length)]).Concat(more).OrderBy(_ => random.Next())));
}
