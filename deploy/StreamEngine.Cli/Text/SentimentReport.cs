using System.Globalization;
using System.Text.Json.Nodes;
using StreamEngine.Text;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary>The figures of an evaluation, for people and as JSON.</summary>
internal sealed class SentimentReport(string model)
{
    private static readonly (SentimentLabel Label, string Name)[] _classes =
        [(SentimentLabel.Negative, "neg"), (SentimentLabel.Neutral, "neu"), (SentimentLabel.Positive, "pos")];

    private readonly Evaluation _all = new();
    private readonly SortedDictionary<string, Evaluation> _sets = new(StringComparer.Ordinal);

    public void Add(LabelledText text, SentimentScore score)
    {
        _all.Add(text, score);
        if (!_sets.TryGetValue(text.Set, out var set))
            _sets.Add(text.Set, set = new Evaluation());
        set.Add(text, score);
    }

    public JsonObject ToJson()
    {
        var json = Figures(_all);
        json.Insert(0, "model", model);
        json["by_class"] = new JsonObject(_classes.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Name, new JsonObject
        {
            ["n"] = _all.Actual(entry.Label),
            ["precision"] = Round(_all.Precision(entry.Label)),
            ["recall"] = Round(_all.Recall(entry.Label)),
            ["f1"] = Round(_all.F1(entry.Label)),
        })));
        json["confusion"] = new JsonObject(_classes.Select(actual => KeyValuePair.Create<string, JsonNode?>(actual.Name,
            new JsonObject(_classes.Select(told => KeyValuePair.Create<string, JsonNode?>(told.Name, _all.Confusion(actual.Label, told.Label)))))));
        json["by_language"] = new JsonObject(_all.ByLanguage.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, Figures(entry.Value))));
        json["by_set"] = new JsonObject(_sets.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, Figures(entry.Value))));
        return json;
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"model              {model}");
        output.WriteLine($"texts              {_all.Count}");
        output.WriteLine($"accuracy           {Format(_all.Accuracy)}");
        output.WriteLine($"macro-F1           {Format(_all.MacroF1)}");
        output.WriteLine($"macro-recall       {Format(_all.MacroRecall)}");
        output.WriteLine($"calibration error  {Format(_all.CalibrationError)}");
        output.WriteLine();
        output.WriteLine("class      texts  precision  recall      F1   told neg   neu   pos");
        foreach (var (label, name) in _classes)
        {
            output.WriteLine($"{name,-8} {_all.Actual(label),7}     {Format(_all.Precision(label))}  {Format(_all.Recall(label))}  {Format(_all.F1(label))}   "
                + string.Join("", _classes.Select(told => $"{_all.Confusion(label, told.Label),6}")));
        }
        Print(output, "language", _all.ByLanguage);
        if (_sets.Count > 1)
            Print(output, "data set", _sets);
    }

    private static void Print(TextWriter output, string title, IReadOnlyDictionary<string, Evaluation> rows)
    {
        if (rows.Count == 0)
            return;
        var width = Math.Max(title.Length, rows.Keys.Max(key => key.Length));
        output.WriteLine();
        output.WriteLine($"{title.PadRight(width)}    texts  accuracy  macro-F1");
        foreach (var (key, value) in rows)
            output.WriteLine($"{key.PadRight(width)}  {value.Count,7}    {Format(value.Accuracy)}    {Format(value.MacroF1)}");
    }

    private static JsonObject Figures(Evaluation evaluation) => new()
    {
        ["n"] = evaluation.Count,
        ["accuracy"] = Round(evaluation.Accuracy),
        ["macro_f1"] = Round(evaluation.MacroF1),
        ["macro_recall"] = Round(evaluation.MacroRecall),
        ["calibration_error"] = Round(evaluation.CalibrationError),
    };

    private static double Round(double figure) => Math.Round(figure, 4);

    private static string Format(double figure) => figure.ToString("0.0000", CultureInfo.InvariantCulture);
}
