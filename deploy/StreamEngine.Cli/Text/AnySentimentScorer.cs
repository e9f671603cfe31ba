using StreamEngine.Text;
using StreamEngine.Text.MLNet;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Cli.Text;

/// <summary>A model of either kind: our own, or a zip that ML.NET saved.</summary>
internal sealed class AnySentimentScorer
{
    private readonly SentimentScorer? _own;
    private readonly MLNetScorer? _foreign;
    private readonly float[] _negative = new float[1], _neutral = new float[1], _positive = new float[1];

    private AnySentimentScorer(SentimentModel model)
    {
        _own = new SentimentScorer(model);
        Name = $"{model.Name} {model.Version}";
    }

    private AnySentimentScorer(MLNetModel model)
    {
        _foreign = model.CreateScorer();
        Name = model.Name;
    }

    /// <summary>The model's name and version.</summary>
    public string Name { get; }

    /// <summary>Loads a model; null loads the one that ships with the program.</summary>
    public static AnySentimentScorer Load(string? path)
    {
        if (path is null)
            return new AnySentimentScorer(SentimentModel.LoadDefault());
        FilePaths.ToRead(path);
        return Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase)
            ? new AnySentimentScorer(MLNetModel.Load(path))
            : new AnySentimentScorer(SentimentModel.Load(path));
    }

    /// <summary>Scores a text.</summary>
    public SentimentScore Score(ReadOnlySpan<byte> text)
    {
        if (_own is not null)
        {
            _own.Score(text, out var score);
            return score;
        }
        _foreign!.Score(text, [0], [text.Length], _negative, _neutral, _positive);
        return new SentimentScore(_negative[0], _neutral[0], _positive[0]);
    }
}
