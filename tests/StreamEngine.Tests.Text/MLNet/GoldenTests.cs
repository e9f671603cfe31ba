using System.Text;
using StreamEngine.Text.MLNet;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Text.MLNet;

public sealed class GoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => [.. GoldenModels.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_score_probability_and_label_has_the_bits_that_MLNet_gave(string name)
    {
        var model = GoldenModels.Load(name);
        output.WriteLine(model.Description);
        var scorer = model.CreateScorer();
        var scores = new float[model.ScoreCount];
        var answers = GoldenModels.Answers(name).ToArray();
        Assert.Equal(500, answers.Length);
        var wrong = new List<string>();
        for (var i = 0; i < answers.Length; i++)
        {
            var prediction = scorer.Score(GoldenModels.Texts[i].AsSpan(), scores);
            var bits = Array.ConvertAll(scores, BitConverter.SingleToUInt32Bits);
            if (!bits.SequenceEqual(answers[i].Scores))
                wrong.Add($"text {i}: scores {Hex(bits)}, expected {Hex(answers[i].Scores)}");
            if (answers[i].Probability is { } expected ? BitConverter.SingleToUInt32Bits(prediction.Probability) != expected : model.IsCalibrated && model.Kind == MLNetModelKind.Binary)
                wrong.Add($"text {i}: probability {prediction.Probability}");
            if (model.Labels[prediction.Label] != answers[i].Label)
                wrong.Add($"text {i}: label {model.Labels[prediction.Label]}, expected {answers[i].Label}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Take(20))}");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Text_in_UTF8_scores_as_in_UTF16_and_a_batch_as_its_posts_one_by_one(string name)
    {
        var model = GoldenModels.Load(name);
        var scorer = model.CreateScorer();
        var texts = GoldenModels.Texts.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))).ToArray();
        var data = new List<byte>();
        var offsets = new int[texts.Length];
        var lengths = new int[texts.Length];
        for (var i = texts.Length - 1; i >= 0; i--)
        {
            var utf8 = Encoding.UTF8.GetBytes(texts[i]);
            (offsets[i], lengths[i]) = (data.Count, utf8.Length);
            data.AddRange(utf8);
        }
        var (negative, neutral, positive) = (new float[texts.Length], new float[texts.Length], new float[texts.Length]);
        scorer.Score(data.ToArray(), offsets, lengths, negative, neutral, positive);

        var other = model.CreateScorer();
        var scores = new float[model.ScoreCount];
        for (var i = 0; i < texts.Length; i++)
        {
            var prediction = other.Score(texts[i].AsSpan(), scores);
            if (model.Kind == MLNetModelKind.Multiclass)
            {
                Assert.Equal(scores[IndexOf(model, "negative")], negative[i]);
                Assert.Equal(scores[IndexOf(model, "neutral")], neutral[i]);
                Assert.Equal(scores[IndexOf(model, "positive")], positive[i]);
            }
            else
            {
                var expected = model.IsCalibrated ? prediction.Probability : (float)(1 / (1 + Math.Exp(-(double)prediction.Score)));
                Assert.Equal(expected, positive[i]);
                Assert.Equal(1 - expected, negative[i]);
                Assert.Equal(0, neutral[i]);
                Assert.Equal(prediction.Label == 1, positive[i] > 0.5f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Scoring_allocates_nothing_once_its_buffers_have_grown(string name)
    {
        var scorer = GoldenModels.Load(name).CreateScorer();
        var posts = Array.ConvertAll(GoldenModels.Texts, Encoding.UTF8.GetBytes);
        var (data, offsets, lengths) = (posts.SelectMany(post => post).ToArray(), new int[posts.Length], Array.ConvertAll(posts, post => post.Length));
        for (var i = 1; i < posts.Length; i++)
            offsets[i] = offsets[i - 1] + lengths[i - 1];
        var (negative, neutral, positive) = (new float[posts.Length], new float[posts.Length], new float[posts.Length]);
        Assert.Equal(0, Allocations.InSteadyState(() => scorer.Score(data, offsets, lengths, negative, neutral, positive)));
    }

    private static int IndexOf(MLNetModel model, string label) => model.Labels.ToList().IndexOf(label);

    private static string Hex(uint[] bits) => string.Join(',', bits.Select(b => b.ToString("x8")));
}
