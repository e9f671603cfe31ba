using System.Text;
using StreamEngine.Text;
using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;
using StreamEngine.Text.Training;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Text.Mentions;

/// <summary>The files mentions.*.txt are sentences of our own: {+praised} {-blamed} {0only named}.</summary>
public class MentionScorerTests(ITestOutputHelper output)
{
    private static readonly SentimentModel _model = SentimentModel.LoadDefault();

    private sealed record Marked(byte[] Text, Mention[] Mentions, SentimentLabel[] Labels);

    private static Marked[] Read(string language) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Mentions", $"mentions.{language}.txt")).Where(line => line.Length > 0).Select(Parse)];

    private static Marked Parse(string line)
    {
        var text = new List<byte>();
        var mentions = new List<Mention>();
        var labels = new List<SentimentLabel>();
        var rest = line;
        while (rest.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = rest.IndexOf('}', StringComparison.Ordinal);
            text.AddRange(Encoding.UTF8.GetBytes(rest[..open]));
            var name = Encoding.UTF8.GetBytes(rest[(open + 2)..close]);
            mentions.Add(new Mention(text.Count, name.Length));
            labels.Add(rest[open + 1] switch { '+' => SentimentLabel.Positive, '-' => SentimentLabel.Negative, _ => SentimentLabel.Neutral });
            text.AddRange(name);
            rest = rest[(close + 1)..];
        }
        text.AddRange(Encoding.UTF8.GetBytes(rest));
        return new Marked([.. text], [.. mentions], [.. labels]);
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("it")]
    [InlineData("pl")]
    [InlineData("en")]
    public void Praise_for_one_brand_and_blame_for_another_are_told_apart(string language)
    {
        var whole = new Evaluation();
        var mention = new Evaluation();
        var scorer = new MentionScorer(_model, MentionModel.LoadDefault());
        var posts = new SentimentScorer(_model);
        var scores = new SentimentScore[8];
        var sentences = Read(language);
        foreach (var sentence in sentences)
        {
            scorer.Score(sentence.Text, sentence.Mentions, scores);
            posts.Score(sentence.Text, out var post);
            for (var i = 0; i < sentence.Mentions.Length; i++)
            {
                var labelled = new LabelledText(sentence.Text, sentence.Labels[i], language, "own");
                mention.Add(labelled, scores[i]);
                whole.Add(labelled, post);
            }
        }
        output.WriteLine($"{language}: mention {mention.Accuracy:F3}, whole post {whole.Accuracy:F3}");
        Assert.True(sentences.Length >= 60, $"{sentences.Length} sentences");
        Assert.True(mention.Accuracy >= 0.7 && mention.Accuracy >= whole.Accuracy + 0.2, $"{language}: mention {mention.Accuracy:F3}, whole post {whole.Accuracy:F3}");
    }

    [Fact]
    public void A_damaged_or_foreign_mention_model_is_refused()
    {
        using var stream = new MemoryStream();
        MentionModel.LoadDefault().Save(stream);
        var file = stream.ToArray();
        Assert.Equal(MentionModel.LoadDefault().Hash, MentionModel.Load(new MemoryStream(file)).Hash);
        foreach (var at in new[] { 0, 8, 50, file.Length / 2, file.Length - 1 })
        {
            var damaged = (byte[])file.Clone();
            damaged[at] ^= 4;
            Assert.Throws<InvalidDataException>(() => MentionModel.Load(new MemoryStream(damaged)));
        }
        Assert.Throws<InvalidDataException>(() => MentionModel.Load(new MemoryStream(file, 0, 1_000)));
    }

    [Fact]
    public void A_post_with_one_mention_scores_nearly_as_a_whole()
    {
        var scorer = new MentionScorer(_model);
        var posts = new SentimentScorer(_model);
        var scores = new SentimentScore[1];
        foreach (var text in new[] { "I love my new phone so much", "wat een slechte bank is dit toch", "the shop opens at nine" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            scorer.Score(bytes, [new Mention(0, 1)], scores);
            posts.Score(bytes, out var post);
            Assert.True(Math.Abs(scores[0].Value - post.Value) < 0.05, $"{text}: {scores[0].Value} {post.Value}");
        }
    }

    [Fact]
    public void Many_mentions_score_as_when_each_is_worked_out_anew()
    {
        const int seed = 52;
        var random = new Random(seed);
        var plain = new PlainMentionScorer(_model);
        var scorer = new MentionScorer(_model);
        for (var post = 0; post < 400; post++)
        {
            var (text, mentions) = RandomPost(random);
            var scores = new SentimentScore[mentions.Length];
            scorer.Score(text, mentions, scores);
            for (var i = 0; i < mentions.Length; i++)
            {
                var inputs = new MentionInputs(new uint[MentionInputs.Most], new float[MentionModel.DenseInputs]);
                var expected = plain.Score(text, mentions, i, ref inputs);
                var (features, dense) = (new uint[MentionInputs.Most], new float[MentionModel.DenseInputs]);
                var described = scorer.Describe(text, mentions, i, features, dense);
                Assert.True(expected == scores[i], $"seed {seed}, post {post}, mention {i} of {mentions.Length}: {scores[i]} and not {expected}");
                Assert.Equal(inputs.Features[..inputs.Count].ToArray(), features[..described]);
                Assert.Equal(inputs.Dense.ToArray(), dense);
            }
        }
    }

    [Fact]
    public void Of_many_mentions_behind_the_words_that_count_each_scores_as_alone_with_two_others()
    {
        var scorer = new MentionScorer(_model, MentionModel.LoadDefault());
        var text = Encoding.UTF8.GetBytes("I love acme. " + string.Concat(Enumerable.Repeat("brand ", 2_000)));
        Mention[] mentions = [new(7, 4), .. Enumerable.Range(0, 1_000).Select(i => new Mention(text.Length - (6 * (i + 1)), 5))];
        var scores = new SentimentScore[mentions.Length];
        var few = new SentimentScore[3];
        scorer.Score(text, mentions, scores);
        scorer.Score(text, [mentions[0], mentions[500], mentions[900]], few);
        Assert.Equal(few[0], scores[0]);
        Assert.All(scores[1..], score => Assert.Equal(few[1], score));
    }

    /// <summary>Words, signs and mentions at random: some posts longer than what is read, mentions that overlap, repeat, lie between words or behind the text.</summary>
    private static (byte[] Text, Mention[] Mentions) RandomPost(Random random)
    {
        string[] words = ["good", "bad", "not", "never", "but", "and", "maar", "better than", "than", "#great", "LOVE", "sooo", "acme", "Bolt's", "?", "!!", ".", ", ", "...", "😀", "&amp;", "@acme", "7", "-"];
        var count = random.Next(8) == 0 ? random.Next(240, 300) : random.Next(0, 40);
        var text = string.Concat(Enumerable.Range(0, count).Select(_ => words[random.Next(words.Length)] + (random.Next(5) == 0 ? "" : " ")));
        var bytes = Encoding.UTF8.GetBytes(text);
        var mentions = new Mention[count > 200 ? random.Next(1, 8) : random.Next(1, 30)];
        for (var i = 0; i < mentions.Length; i++)
            mentions[i] = i > 0 && random.Next(6) == 0 ? mentions[random.Next(i)] : new Mention(random.Next(bytes.Length + 5), random.Next(0, 20));
        return (bytes, mentions);
    }

    [Fact]
    public void Any_bytes_and_any_mentions_are_scored_without_allocating()
    {
        const int seed = 51;
        var random = new Random(seed);
        var scorer = new MentionScorer(_model, MentionModel.LoadDefault());
        var scores = new SentimentScore[4];
        var cases = Enumerable.Range(0, 500).Select(_ =>
        {
            var bytes = new byte[random.Next(1, 300)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(0x20, 0x7F));
            return (bytes, mentions: Enumerable.Range(0, 4).Select(_ => new Mention(random.Next(bytes.Length), random.Next(0, 20))).ToArray());
        }).ToArray();
        foreach (var (bytes, mentions) in cases)
        {
            scorer.Score(bytes, mentions, scores);
            Assert.All(scores, score => Assert.Equal(1, score.Negative + score.Neutral + score.Positive, 1e-4));
        }
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            foreach (var (bytes, mentions) in cases)
                scorer.Score(bytes, mentions, scores);
        }));
    }
}
