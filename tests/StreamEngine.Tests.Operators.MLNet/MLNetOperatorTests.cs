using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Operators.MLNet;

namespace StreamEngine.Tests.Operators.MLNet;

public sealed class MLNetOperatorTests(TrainedPipelines pipelines) : IClassFixture<TrainedPipelines>
{
    private static readonly BatchSchema _input = new(
        new ColumnDeclaration("text", ColumnType.Utf8), new ColumnDeclaration("reach", ColumnType.Int64), new ColumnDeclaration("language", ColumnType.Dictionary));

    private static readonly Dictionary<string, string> _inputs = new() { ["Message"] = "text", ["Followers"] = "reach" };

    [Fact]
    public void A_binary_pipeline_scores_a_batch_as_MLNet_scores_its_posts()
    {
        var posts = TrainedPipelines.Posts(300, seed: 9).ToList();
        var expected = pipelines.Predict<TrainedPipelines.BinaryPrediction>(pipelines.Binary, posts);
        var scores = Score(pipelines.Binary, posts);
        Assert.Equal(expected.Select(e => e.Probability - (1 - e.Probability)), scores.Select(s => s.Score));
        Assert.Equal(expected.Select(e => e.Probability > 0.5f ? "positive" : "negative"), scores.Select(s => s.Sentiment));
    }

    [Fact]
    public void A_pipeline_of_several_classes_that_the_products_own_reader_refuses_tells_the_tone()
    {
        var posts = TrainedPipelines.Posts(300, seed: 11).ToList();
        var expected = pipelines.Predict<TrainedPipelines.ClassPrediction>(pipelines.ThreeClasses, posts);
        var scores = Score(pipelines.ThreeClasses, posts);
        for (var i = 0; i < posts.Count; i++)
        {
            var greatest = expected[i].Scores.Max();
            Assert.Equal(greatest, expected[i].Scores[Label(scores[i].Sentiment)]);
        }

        Assert.True(scores.Zip(posts).Count(pair => pair.First.Sentiment == pair.Second.Tone) > 270);

        // Keys are numbered in the order in which training met the labels, and slot names tell it.
        int Label(string sentiment) => Order().IndexOf(sentiment);

        static List<string> Order() => [.. TrainedPipelines.Posts(600, seed: 5).Select(p => p.Tone).Distinct()];
    }

    [Fact]
    public void Batches_of_any_size_and_reuse_give_the_same()
    {
        var posts = TrainedPipelines.Posts(120, seed: 13).ToList();
        var whole = Score(pipelines.Binary, posts);
        using var harness = Harness(pipelines.Binary, _inputs);
        var batch = harness.NewBatch();
        var pieces = new List<(float, string)>();
        foreach (var piece in posts.Chunk(7))
        {
            batch.Clear();
            Fill(batch, piece);
            harness.Push(batch, b => pieces.AddRange(Read(b)));
        }

        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void What_cannot_score_is_refused_by_name_before_anything_starts()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["none.zip"], "no zip");
        Assert.Contains("none.zip", Refused(folder["none.zip"], _inputs), StringComparison.Ordinal);
        Assert.Contains("no column Score", Refused(pipelines.NoClassifier, _inputs), StringComparison.Ordinal);
        Assert.Contains("nothing fills the input 'Message'", Refused(pipelines.Binary, new() { ["Followers"] = "reach" }), StringComparison.Ordinal);
        Assert.Contains("no input 'Msg'", Refused(pipelines.Binary, new() { ["Msg"] = "text" }), StringComparison.Ordinal);
        Assert.Contains("cannot fill", Refused(pipelines.Binary, new() { ["Message"] = "text", ["Followers"] = "language" }), StringComparison.Ordinal);
    }

    private static string Refused(string model, Dictionary<string, string> inputs) =>
        Assert.Throws<GraphException>(() => Harness(model, inputs).Dispose()).Message;

    private static OperatorHarness Harness(string model, Dictionary<string, string> inputs) =>
        new(new MLNetDefinition(), new Dictionary<string, object?> { ["model"] = model, ["inputs"] = inputs }, new HarnessSetting { Input = _input });

    private static List<(float Score, string Sentiment)> Score(string model, IEnumerable<TrainedPipelines.TrainingPost> posts)
    {
        using var harness = Harness(model, _inputs);
        var batch = harness.NewBatch();
        Fill(batch, posts);
        var scores = new List<(float, string)>();
        harness.Push(batch, b => scores.AddRange(Read(b)));
        return scores;
    }

    private static void Fill(RecordBatch batch, IEnumerable<TrainedPipelines.TrainingPost> posts)
    {
        foreach (var post in posts)
        {
            var row = batch.AppendRecord(batch.RowCount);
            batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(post.Message));
            batch.Int64(1)[row] = (long)post.Followers;
            batch.Dictionary(2)[row] = -1;
        }
    }

    private static IEnumerable<(float, string)> Read(RecordBatch batch) => [.. Enumerable.Range(0, batch.RowCount).Select(row =>
        (batch.Float32(batch.Schema.IndexOf("score"))[row], Encoding.UTF8.GetString(batch.Dictionary(batch.Schema.IndexOf("sentiment")).Text(row))))];
}
