using System.Text;
using StreamEngine.Text.Languages;

namespace StreamEngine.Tests.Text.Languages;

public class LanguageIdentifierTests
{
    private static readonly LanguageModel _model = LanguageModel.LoadDefault();

    // Own sentences.
    private static readonly (string Code, string Text)[] _plain =
    [
        ("nl", "Gisteren stond ik een uur te wachten bij de kassa"), ("nl", "Wat een mooie dag om buiten te fietsen"), ("nl", "@NS weer vertraging #treinleven https://t.co/x"),
        ("it", "Ieri ho aspettato un'ora alla cassa"), ("it", "Che bella giornata per uscire in bicicletta"), ("it", "Qualcuno sa quando arriva il treno?"),
        ("pl", "Wczoraj czekałem godzinę przy kasie"), ("pl", "Jaki piękny dzień na rower"), ("pl", "dlaczego pociag znowu sie spoznia"),
        ("en", "Yesterday I waited an hour at the checkout"), ("en", "What a beautiful day for a ride"), ("en", "@delta my bag is lost AGAIN!!! 😡"),
        ("de", "Gestern habe ich eine Stunde an der Kasse gewartet"), ("de", "So ein schöner Tag zum Radfahren"), ("de", "warum ist der Zug schon wieder zu spät"),
        ("fr", "Hier j'ai attendu une heure à la caisse"), ("fr", "Quelle belle journée pour sortir à vélo"), ("fr", "pourquoi le train est encore en retard ?"),
        ("es", "Ayer esperé una hora en la caja"), ("es", "Qué día tan bonito para salir en bicicleta"), ("es", "¿alguien sabe cuándo llega el tren?"),
        ("pt", "Ontem esperei uma hora no caixa"), ("pt", "Que dia lindo para passear com as crianças"), ("pt", "alguém sabe quando o comboio chega? não sei"),
    ];

    private static Language Identify(string text, out float probability) => new LanguageIdentifier(_model).Identify(Encoding.UTF8.GetBytes(text), out probability);

    [Fact]
    public void The_shipped_model_tells_eight_languages_apart()
    {
        foreach (var (code, text) in _plain)
        {
            var language = Identify(text, out var probability);
            Assert.True(language == LanguageCode.Parse(code) && probability > 0.6, $"{text}: {language} {probability}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("12:30 😀 https://t.co/abc @user !!!")]
    public void A_post_without_words_is_unknown_with_probability_zero(string text)
    {
        Assert.Equal(Language.Unknown, Identify(text, out var probability));
        Assert.Equal(0, probability);
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("no")]
    [InlineData("haha")]
    public void A_word_of_many_languages_has_a_low_probability(string text)
    {
        Identify(text, out var probability);
        Assert.InRange(probability, 0.05f, 0.6f);
    }

    [Fact]
    public void Posts_are_told_the_same_in_any_order_for_any_bytes_and_without_allocating()
    {
        const int seed = 31;
        var random = new Random(seed);
        var posts = Enumerable.Range(0, 2_000).Select(i =>
        {
            if (i % 3 == 0)
                return Encoding.UTF8.GetBytes(_plain[i % _plain.Length].Text + " " + _plain[random.Next(_plain.Length)].Text);
            var noise = new byte[random.Next(0, 150)];
            random.NextBytes(noise);
            return noise;
        }).ToArray();
        var languages = new Language[posts.Length];
        var probabilities = new float[posts.Length];
        var identifier = new LanguageIdentifier(_model);
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < posts.Length; i++)
                languages[i] = identifier.Identify(posts[i], out probabilities[i]);
        }));
        var other = new LanguageIdentifier(_model);
        for (var i = posts.Length - 1; i >= 0; i--)
        {
            Assert.Equal(languages[i], other.Identify(posts[i], out var probability));
            Assert.Equal(probabilities[i], probability);
        }
    }

    [Fact]
    public void A_damaged_or_foreign_model_is_refused()
    {
        using var stream = new MemoryStream();
        _model.Save(stream);
        var file = stream.ToArray();
        Assert.Equal(_model.Hash, LanguageModel.Load(new MemoryStream(file)).Hash);
        foreach (var at in new[] { 0, 9, 100, file.Length / 2, file.Length - 1 })
        {
            var damaged = (byte[])file.Clone();
            damaged[at] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => LanguageModel.Load(new MemoryStream(damaged)));
        }
        Assert.Throws<InvalidDataException>(() => LanguageModel.Load(new MemoryStream(file, 0, file.Length - 100)));
        Assert.Throws<InvalidDataException>(() => LanguageModel.Load(new MemoryStream()));
    }
}
