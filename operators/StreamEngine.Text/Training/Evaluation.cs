using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>How well labels were told.</summary>
public sealed class Evaluation
{
    private const int Classes = 3;
    private const int CalibrationBins = 10;

    private readonly int[] _confusion = new int[Classes * Classes];
    private readonly double[] _binConfidence = new double[CalibrationBins], _binCorrect = new double[CalibrationBins];
    private readonly SortedDictionary<string, Evaluation> _byLanguage = new(StringComparer.Ordinal);

    /// <summary>The number of texts.</summary>
    public int Count { get; private set; }

    /// <summary>Texts by true class (row) and told class (column).</summary>
    public int Confusion(SentimentLabel actual, SentimentLabel told) => _confusion[((int)actual * Classes) + (int)told];

    /// <summary>The same per language; empty for texts that name none.</summary>
    public IReadOnlyDictionary<string, Evaluation> ByLanguage => _byLanguage;

    /// <summary>The share of texts told right.</summary>
    public double Accuracy => Count == 0 ? 0 : All.Sum(label => (double)Confusion(label, label)) / Count;

    /// <summary>The mean of the classes' F1; classes that neither occur nor are told do not count.</summary>
    public double MacroF1 => Occurring.Select(F1).DefaultIfEmpty().Average();

    /// <summary>The mean of the classes' recall.</summary>
    public double MacroRecall => All.Where(label => Actual(label) > 0).Select(Recall).DefaultIfEmpty().Average();

    /// <summary>Expected calibration error: the mean distance of the told class's probability from its share of hits, over ten bins.</summary>
    public double CalibrationError => Count == 0 ? 0 : _binConfidence.Zip(_binCorrect, (told, right) => Math.Abs(told - right)).Sum() / Count;

    private static SentimentLabel[] All => [SentimentLabel.Negative, SentimentLabel.Neutral, SentimentLabel.Positive];

    private IEnumerable<SentimentLabel> Occurring => All.Where(label => Actual(label) + Told(label) > 0);

    /// <summary>Scores texts and compares.</summary>
    public static Evaluation Of(SentimentScorer scorer, IEnumerable<LabelledText> texts)
    {
        var evaluation = new Evaluation();
        foreach (var text in texts)
        {
            scorer.Score(text.Text, out var score);
            evaluation.Add(text, score);
        }
        return evaluation;
    }

    /// <summary>Counts a text.</summary>
    public void Add(LabelledText text, SentimentScore score)
    {
        Add(text.Label, score);
        if (text.Language.Length == 0)
            return;
        if (!_byLanguage.TryGetValue(text.Language, out var language))
            _byLanguage.Add(text.Language, language = new Evaluation());
        language.Add(text.Label, score);
    }

    /// <summary>The share of the texts told to be of a class that are.</summary>
    public double Precision(SentimentLabel label) => Told(label) == 0 ? 0 : (double)Confusion(label, label) / Told(label);

    /// <summary>The share of the texts of a class that are told to be.</summary>
    public double Recall(SentimentLabel label) => Actual(label) == 0 ? 0 : (double)Confusion(label, label) / Actual(label);

    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1(SentimentLabel label) => Actual(label) + Told(label) == 0 ? 0 : 2.0 * Confusion(label, label) / (Actual(label) + Told(label));

    /// <summary>The number of texts of a class.</summary>
    public int Actual(SentimentLabel label) => All.Sum(told => Confusion(label, told));

    /// <summary>The number of texts told to be of a class.</summary>
    public int Told(SentimentLabel label) => All.Sum(actual => Confusion(actual, label));

    private void Add(SentimentLabel actual, SentimentScore score)
    {
        var told = score.Label;
        Count++;
        _confusion[((int)actual * Classes) + (int)told]++;
        var confidence = told switch
        {
            SentimentLabel.Negative => score.Negative,
            SentimentLabel.Neutral => score.Neutral,
            _ => score.Positive,
        };
        var bin = Math.Clamp((int)(confidence * CalibrationBins), 0, CalibrationBins - 1);
        _binConfidence[bin] += confidence;
        _binCorrect[bin] += told == actual ? 1 : 0;
    }
}
