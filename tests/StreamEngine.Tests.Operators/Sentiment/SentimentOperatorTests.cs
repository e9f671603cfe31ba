using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Tests.Operators.Sentiment;

public sealed class SentimentOperatorTests
{
    private const string Zip = "MLNet/multi_sdca.zip";

    private static readonly string[] _posts =
    [
        "Verschrikkelijk slechte service, nooit meer!", "Geweldig geholpen, wat een fijne winkel ❤️",
        "Pessimo servizio, sono furioso", "Bellissimo, lo consiglio a tutti",
        "Fatalna obsługa, nigdy więcej", "Świetna jakość, polecam każdemu",
        "Worst company ever, I want my money back", "I love this, best purchase of the year",
    ];

    [Fact]
    public void Praise_and_anger_are_told_apart_in_four_languages()
    {
        var scores = Score([], _posts);
        for (var i = 0; i < _posts.Length; i++)
        {
            var (score, sentiment) = scores[i];
            Assert.True(sentiment == (i % 2 == 0 ? "negative" : "positive"), $"'{_posts[i]}' is {sentiment} ({score})");
            Assert.InRange(score, i % 2 == 0 ? -1 : 0.01f, i % 2 == 0 ? -0.01f : 1);
        }
    }

    [Fact]
    public void The_codes_of_the_classes_are_fixed()
    {
        using var harness = Harness([]);
        var batch = Batch(harness, _posts);
        harness.Push(batch, b =>
        {
            var labels = b.Dictionary(b.Schema.IndexOf("sentiment")).Dictionary;
            Assert.Equal(["negative", "neutral", "positive"], Enumerable.Range(0, labels.Count).Select(labels.GetString));
        });
    }

    [Fact]
    public void A_model_of_MLNet_scores_as_it_does_by_itself()
    {
        var model = MLNetModel.Load(Path.Combine(AppContext.BaseDirectory, Zip));
        var classes = new Dictionary<string, string>();
        string[] names = ["negative", "neutral", "positive", "ignored"];
        for (var i = 0; i < model.Labels.Count; i++)
        {
            classes[model.Labels[i]] = names[Math.Min(i, 3)];
        }

        var scores = Score(new() { ["model"] = Path.Combine(AppContext.BaseDirectory, Zip), ["classes"] = classes }, _posts);
        var scorer = model.CreateScorer();
        Span<float> expected = new float[model.ScoreCount];
        for (var i = 0; i < _posts.Length; i++)
        {
            scorer.Score(Encoding.UTF8.GetBytes(_posts[i]), expected);
            Assert.Equal(expected[2] - expected[0], scores[i].Score);
        }
    }

    [Theory]
    [InlineData("no.bin", null, "option 'model'")]
    [InlineData("no.zip", null, "option 'model'")]
    [InlineData("missing.bin", null, "option 'model'")]
    [InlineData(null, "bad", "option 'classes': only an ML.NET model")]
    [InlineData("zip", "bad", "option 'classes'")]
    [InlineData("zip", "bad, really", "option 'classes': multi_sdca.zip: the map of classes lacks the label")]
    public void What_cannot_score_is_refused_before_anything_starts(string? file, string? label, string expected)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["no.bin"], "no model");
        File.WriteAllText(folder["no.zip"], "no model");
        var options = new Dictionary<string, object?>();
        if (file is not null)
        {
            options["model"] = file == "zip" ? Path.Combine(AppContext.BaseDirectory, Zip) : folder[file];
        }

        if (label is not null)
        {
            options["classes"] = new Dictionary<string, string> { [label] = "negative" };
        }

        var error = Assert.Throws<GraphException>(() => OperatorHarness.Bind(new SentimentDefinition(), options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_brand_of_a_post_gets_the_tone_of_what_is_said_of_it()
    {
        var scores = ScoreMentions([], "I love my new {Zentra} but {Bolwerk} is a terrible company", "{Zentra} opens at nine");
        Assert.Equal(["positive", "neutral", "negative"], scores.Select(s => s.Sentiment));
        Assert.True(scores[0].Score > 0.2 && scores[2].Score < -0.2, string.Join(", ", scores));
    }

    [Fact]
    public void With_the_post_as_target_all_its_brands_get_the_same_and_one_brand_alone_always_does()
    {
        string[] posts = ["I love my new {Zentra} but {Bolwerk} is a terrible company", "{Zentra}: worst service ever"];
        var scores = ScoreMentions(new() { ["target"] = "post" }, posts);
        Assert.Equal(scores[0], scores[2]);
        Assert.Equal(ScoreMentions([], posts)[1], scores[1]);
        Assert.Equal(Score([], ["I love my new Zentra but Bolwerk is a terrible company", "Zentra: worst service ever"]), scores.Take(2));
    }

    [Fact]
    public void Scoring_mentions_allocates_nothing_once_warm()
    {
        using var harness = new OperatorHarness(new SentimentDefinition(), null, new HarnessSetting { Input = _mentionInput });
        var batch = MentionBatch(harness, "I love my new {Zentra} but {Bolwerk} is a terrible company", "{Zentra}, {Bolwerk} and {Kwik} open at nine");
        Assert.Equal(0, Allocations.InSteadyState(() => harness.Push(batch)));
    }

    [Fact]
    public void Scoring_allocates_nothing_once_warm()
    {
        using var harness = Harness([]);
        var batch = Batch(harness, _posts);
        Assert.Equal(0, Allocations.InSteadyState(() => harness.Push(batch)));
    }

    private static OperatorHarness Harness(Dictionary<string, object?> options) =>
        new(new SentimentDefinition(), options, new HarnessSetting { Input = new BatchSchema(new ColumnDeclaration("text", ColumnType.Utf8)) });

    private static RecordBatch Batch(OperatorHarness harness, IEnumerable<string> texts)
    {
        var batch = harness.NewBatch();
        foreach (var text in texts)
        {
            batch.Utf8(0).Set(batch.AppendRecord(batch.RowCount), Encoding.UTF8.GetBytes(text));
        }

        return batch;
    }

    private static List<(float Score, string Sentiment)> Score(Dictionary<string, object?> options, IEnumerable<string> texts)
    {
        using var harness = Harness(options);
        return Scores(harness, Batch(harness, texts));
    }

    private static List<(float Score, string Sentiment)> Scores(OperatorHarness harness, RecordBatch batch)
    {
        var scores = new List<(float, string)>();
        harness.Push(batch, b => scores.AddRange(Enumerable.Range(0, b.RowCount).Select(row =>
            (b.Float32(b.Schema.IndexOf("score"))[row], Encoding.UTF8.GetString(b.Dictionary(b.Schema.IndexOf("sentiment")).Text(row))))));
        return scores;
    }

    private static readonly BatchSchema _mentionInput = new(
        new ColumnDeclaration("text", ColumnType.Utf8), new ColumnDeclaration("mention_start", ColumnType.Int32), new ColumnDeclaration("mention_length", ColumnType.Int32));

    /// <summary>Rows as 'match' leaves them: the first {mention} of each post in its place, the others behind all posts.</summary>
    private static RecordBatch MentionBatch(OperatorHarness harness, params string[] posts)
    {
        var batch = harness.NewBatch();
        var further = new List<(int Row, (int Start, int Length) Place)>();
        foreach (var post in posts)
        {
            var row = batch.AppendRecord(batch.RowCount);
            batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(post.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)));
            var places = post.Split('{')[1..].Select((rest, i) => (Start: string.Join("", post.Split('{')[..(i + 1)]).Replace("}", "", StringComparison.Ordinal).Length, Length: rest.IndexOf('}', StringComparison.Ordinal))).ToList();
            Place(batch, row, places[0]);
            further.AddRange(places.Skip(1).Select(place => (row, place)));
        }

        foreach (var (row, place) in further)
        {
            Place(batch, batch.AppendCopy(row), place);
        }

        return batch;
    }

    private static void Place(RecordBatch batch, int row, (int Start, int Length) place)
    {
        batch.Int32(1)[row] = place.Start;
        batch.Int32(2)[row] = place.Length;
    }

    private static List<(float Score, string Sentiment)> ScoreMentions(Dictionary<string, object?> options, params string[] posts)
    {
        using var harness = new OperatorHarness(new SentimentDefinition(), options, new HarnessSetting { Input = _mentionInput });
        return Scores(harness, MentionBatch(harness, posts));
    }
}
