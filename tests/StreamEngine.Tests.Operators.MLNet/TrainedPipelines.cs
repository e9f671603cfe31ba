using Microsoft.ML;
using Microsoft.ML.Data;

namespace StreamEngine.Tests.Operators.MLNet;

/// <summary>Pipelines that the product's own reader refuses, trained on sentences put together here and saved as ML.NET does.</summary>
public sealed class TrainedPipelines : IDisposable
{
    private static readonly string[] _praise = ["love", "great", "fine", "polecam", "geweldig", "bello"];
    private static readonly string[] _blame = ["hate", "awful", "broken", "fatalny", "slecht", "pessimo"];
    private static readonly string[] _plain = ["shop", "train", "today", "sklep", "winkel", "negozio"];

    private readonly TempFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public TrainedPipelines()
    {
        var rows = Posts(600, seed: 5).ToList();
        var data = _context.Data.LoadFromEnumerable(rows);
        var texts = _context.Transforms.Text.FeaturizeText("TextFeatures", nameof(TrainingPost.Message))
            .Append(_context.Transforms.NormalizeMinMax("Reach", nameof(TrainingPost.Followers)))
            .Append(_context.Transforms.Concatenate("Features", "TextFeatures", "Reach"));
        Save(ThreeClasses, data, texts
            .Append(_context.Transforms.Conversion.MapValueToKey("Label", nameof(TrainingPost.Tone)))
            .Append(_context.MulticlassClassification.Trainers.OneVersusAll(_context.BinaryClassification.Trainers.AveragedPerceptron(numberOfIterations: 5))));
        Save(Binary, data, texts
            .Append(_context.Transforms.CopyColumns("Label", nameof(TrainingPost.IsPraise)))
            .Append(_context.BinaryClassification.Trainers.LbfgsLogisticRegression()));
        Save(NoClassifier, data, texts);
    }

    public string ThreeClasses => _folder["ova.zip"];

    public string Binary => _folder["binary.zip"];

    public string NoClassifier => _folder["features.zip"];

    public static IEnumerable<TrainingPost> Posts(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var tone = random.Next(3);
            var words = Enumerable.Range(0, 6).Select(w => (w < 3 ? (string[][])[_blame, _plain, _praise] : [_plain, _plain, _plain])[tone]).Select(list => list[random.Next(list.Length)]);
            yield return new TrainingPost { Message = string.Join(' ', words.OrderBy(_ => random.Next())) + " ż😀", Followers = random.Next(100), Tone = ((string[])["negative", "neutral", "positive"])[tone], IsPraise = tone == 2 };
        }
    }

    /// <summary>What ML.NET itself says of posts, one at a time.</summary>
    public List<T> Predict<T>(string path, IEnumerable<TrainingPost> posts)
        where T : class, new()
    {
        var engine = _context.Model.CreatePredictionEngine<TrainingPost, T>(_context.Model.Load(path, out _));
        return [.. posts.Select(post => engine.Predict(post))];
    }

    public void Dispose() => _folder.Dispose();

    private void Save(string path, IDataView data, IEstimator<ITransformer> pipeline) => _context.Model.Save(pipeline.Fit(data), data.Schema, path);

    public sealed class TrainingPost
    {
        public string Message { get; set; } = "";

        public float Followers { get; set; }

        public string Tone { get; set; } = "";

        public bool IsPraise { get; set; }
    }

    public sealed class BinaryPrediction
    {
        public float Probability { get; set; }
    }

    public sealed class ClassPrediction
    {
        [ColumnName("Score")]
        public float[] Scores { get; set; } = [];
    }
}
