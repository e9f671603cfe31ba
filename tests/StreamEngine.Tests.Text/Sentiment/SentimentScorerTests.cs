using System.Text;
using StreamEngine.Text;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Tests.Text.Sentiment;

public class SentimentScorerTests
{
    private static readonly SentimentModel _model = SentimentModel.LoadDefault();

    // Own sentences; the label of each is beyond doubt.
    private static readonly (SentimentLabel Label, string Text)[] _plain =
    [
        (SentimentLabel.Positive, "What a wonderful hotel, we loved every minute of it, thank you!"),
        (SentimentLabel.Negative, "Worst customer service ever, I am so disappointed and angry"),
        (SentimentLabel.Neutral, "The meeting starts on Monday at 10:30 in the main building."),
        (SentimentLabel.Positive, "Great product, fast delivery, very happy with it 😍"),
        (SentimentLabel.Negative, "The screen broke after two days, terrible quality, do not buy"),
        (SentimentLabel.Positive, "Geweldige service, heel blij mee, echt een aanrader!"),
        (SentimentLabel.Negative, "Slechte kwaliteit, na een week al kapot. Nooit meer."),
        (SentimentLabel.Negative, "Wat een waardeloze klantenservice, ik ben erg teleurgesteld"),
        (SentimentLabel.Positive, "Lekker gegeten, vriendelijk personeel en een mooie locatie"),
        (SentimentLabel.Positive, "Servizio eccellente, personale gentilissimo, torneremo sicuramente!"),
        (SentimentLabel.Negative, "Pessima esperienza, prodotto rotto e nessuna risposta, vergogna"),
        (SentimentLabel.Positive, "Che bella giornata, grazie a tutti, vi adoro ❤️"),
        (SentimentLabel.Negative, "Che schifo, soldi buttati, non lo consiglio a nessuno"),
        (SentimentLabel.Positive, "Bardzo miła obsługa, polecam ten hotel z całego serca, super!"),
        (SentimentLabel.Negative, "Fatalna obsługa, brudny pokój, nie polecam nikomu"),
        (SentimentLabel.Positive, "Świetny lekarz, jestem bardzo zadowolona z wizyty"),
        (SentimentLabel.Negative, "Najgorsza firma, strata czasu i pieniędzy, odradzam"),
        (SentimentLabel.Positive, "Das ist wunderbar, vielen Dank, ich freue mich sehr!"),
        (SentimentLabel.Negative, "Schon wieder Verspätung, so ein Mist, einfach schlecht"),
        (SentimentLabel.Positive, "C'est magnifique, j'adore, merci beaucoup !"),
        (SentimentLabel.Negative, "Horrible, quelle honte, je suis très déçu du service"),
        (SentimentLabel.Positive, "Me encanta, excelente trabajo, muchas gracias"),
        (SentimentLabel.Negative, "Qué asco de servicio, una vergüenza, muy malo"),
        (SentimentLabel.Positive, "Adorei, maravilhoso, muito obrigado!"),
    ];

    [Fact]
    public void The_shipped_model_tells_plain_praise_from_plain_blame_in_eight_languages()
    {
        var scorer = new SentimentScorer(_model);
        var wrong = new List<string>();
        foreach (var (label, text) in _plain)
        {
            scorer.Score(Encoding.UTF8.GetBytes(text), out var score);
            if (score.Label != label)
                wrong.Add($"{text}: {score}");
        }
        Assert.True(wrong.Count <= 1, string.Join("\n", wrong));
    }

    [Fact]
    public void A_post_scores_the_same_alone_in_any_batch_and_after_any_history()
    {
        var posts = RandomPosts(seed: 11, count: 3_000);
        var data = posts.SelectMany(post => post).ToArray();
        var lengths = posts.Select(post => post.Length).ToArray();
        var offsets = new int[posts.Length];
        for (var i = 1; i < posts.Length; i++)
            offsets[i] = offsets[i - 1] + lengths[i - 1];
        var alone = posts.Select(post =>
        {
            _reused.Score(post, out var score);
            return score;
        }).ToArray();
        foreach (var size in new[] { 1, 7, 256, 3_000 })
        {
            var scorer = new SentimentScorer(_model);
            float[] negative = new float[posts.Length], neutral = new float[posts.Length], positive = new float[posts.Length];
            // Backwards, so that the cache fills in another order.
            for (var end = posts.Length; end > 0; end -= size)
            {
                var from = Math.Max(0, end - size);
                scorer.Score(data, offsets.AsSpan(from, end - from), lengths.AsSpan(from, end - from), negative.AsSpan(from), neutral.AsSpan(from), positive.AsSpan(from));
            }
            for (var i = 0; i < posts.Length; i++)
                Assert.Equal(alone[i], new SentimentScore(negative[i], neutral[i], positive[i]));
        }
    }

    private static readonly SentimentScorer _reused = new(_model);

    [Fact]
    public void Probabilities_add_up_to_one_for_any_bytes()
    {
        const int seed = 12;
        var random = new Random(seed);
        var scorer = new SentimentScorer(_model);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(0, round % 50 == 0 ? 5_000 : 200)];
            random.NextBytes(bytes);
            scorer.Score(bytes, out var score);
            Assert.True(Math.Abs(score.Negative + score.Neutral + score.Positive - 1) < 1e-5 && Math.Abs(score.Value) <= 1, $"seed {seed}, round {round}: {score}");
        }
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        var posts = RandomPosts(seed: 13, count: 500);
        var scorer = new SentimentScorer(_model);
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            foreach (var post in posts)
                scorer.Score(post, out _);
        }));
    }

    [Fact]
    public void Columns_of_different_length_are_refused() =>
        Assert.Throws<ArgumentException>(() => _reused.Score("ab"u8, [0, 1], [1, 1], new float[2], new float[1], new float[2]));

    private static byte[][] RandomPosts(int seed, int count)
    {
        var random = new Random(seed);
        var words = _plain.SelectMany(plain => plain.Text.Split(' ')).Concat(["!!!", "NOT", "soooo", "@user", "#tag", "https://t.co/x", "12,50", "&amp;", "👍🏽"]).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var post = new StringBuilder();
            for (var n = random.Next(0, 40); n > 0; n--)
            {
                post.Append(words[random.Next(words.Length)]);
                if (random.Next(5) == 0)
                    post.Append((char)random.Next('a', 'z')).Append(random.Next(1000));
                post.Append(' ');
            }
            return Encoding.UTF8.GetBytes(post.ToString());
        })];
    }
}
