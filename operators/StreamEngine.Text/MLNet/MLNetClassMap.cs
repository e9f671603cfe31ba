namespace StreamEngine.Text.MLNet;

/// <summary>Which labels of a model are negative, neutral and positive.</summary>
public sealed class MLNetClassMap
{
    private const string Form = "label=negative,label=neutral,label=positive";

    /// <summary>Sets of number labels that are understood, from negative to positive.</summary>
    private static readonly Dictionary<string, MLNetSentiment>[] _numbers =
    [
        new() { ["0"] = MLNetSentiment.Negative, ["1"] = MLNetSentiment.Positive },
        new() { ["-1"] = MLNetSentiment.Negative, ["1"] = MLNetSentiment.Positive },
        new() { ["0"] = MLNetSentiment.Negative, ["4"] = MLNetSentiment.Positive },
        new() { ["0"] = MLNetSentiment.Negative, ["1"] = MLNetSentiment.Neutral, ["2"] = MLNetSentiment.Positive },
        new() { ["-1"] = MLNetSentiment.Negative, ["0"] = MLNetSentiment.Neutral, ["1"] = MLNetSentiment.Positive },
        new() { ["0"] = MLNetSentiment.Negative, ["2"] = MLNetSentiment.Neutral, ["4"] = MLNetSentiment.Positive },
    ];

    private readonly Dictionary<string, MLNetSentiment> _classes;

    private MLNetClassMap(Dictionary<string, MLNetSentiment> classes) => _classes = classes;

    /// <summary>
    /// Reads a map such as <c>bad=negative,so-so=neutral,good=positive</c>. A label may map to <c>ignored</c>; several
    /// may map to one class, their probabilities add up. Labels are compared without regard to case.
    /// </summary>
    /// <exception cref="FormatException">The text is not such a map; the message says what is wrong.</exception>
    public static MLNetClassMap Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var classes = new Dictionary<string, MLNetSentiment>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.LastIndexOf('=');
            var label = equals < 0 ? "" : part[..equals].Trim();
            if (label.Length == 0 || ByName(part[(equals + 1)..].Trim(), allowIgnored: true) is not { } sentiment)
                throw new FormatException($"\"{part}\" does not say which class a label is; expected \"{Form}\" with the classes negative, neutral, positive or ignored");
            if (!classes.TryAdd(label, sentiment))
                throw new FormatException($"the label \"{label}\" is mapped twice");
        }
        return classes.Count > 0 ? new MLNetClassMap(classes) : throw new FormatException($"the map is empty; expected \"{Form}\"");
    }

    /// <summary>
    /// Tells the classes by the labels' names: neg, negative, neu, neutral, pos, positive in any case; False and True
    /// (binary: negative and positive); the numbers 0 1, -1 1, 0 4, 0 1 2, -1 0 1, 0 2 4. Null where they do not tell.
    /// </summary>
    public static MLNetClassMap? Infer(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var classes = new Dictionary<string, MLNetSentiment>(StringComparer.OrdinalIgnoreCase);
        foreach (var label in labels)
        {
            if (ByName(label.Trim(), allowIgnored: false) is { } sentiment && classes.TryAdd(label.Trim(), sentiment))
                continue;
            return Array.Find(_numbers, set => set.Count == labels.Count && labels.All(name => set.ContainsKey(name.Trim()))) is { } numbers
                ? new MLNetClassMap(numbers)
                : null;
        }
        return new MLNetClassMap(classes);
    }

    /// <summary>The class of each label, in order.</summary>
    /// <param name="labels">A model's labels.</param>
    /// <param name="model">What to call the model in an error.</param>
    /// <exception cref="ArgumentException">The map lacks a label.</exception>
    public MLNetSentiment[] For(IReadOnlyList<string> labels, string model)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var classes = new MLNetSentiment[labels.Count];
        for (var i = 0; i < classes.Length; i++)
        {
            if (!_classes.TryGetValue(labels[i].Trim(), out classes[i]))
                throw new ArgumentException($"{model}: the map of classes lacks the label \"{labels[i]}\"; the labels are {Quoted(labels)}");
        }
        return classes;
    }

    internal static InvalidOperationException Unknown(MLNetModel model) => new(
        $"{model.Name}: which of its labels {Quoted(model.Labels)} are negative, neutral and positive does not follow from their names; "
        + $"give a map of classes, such as \"{string.Join(",", model.Labels.Take(2).Zip(["negative", "positive"], (label, name) => $"{label}={name}"))}\"");

    private static string Quoted(IEnumerable<string> labels) => string.Join(", ", labels.Select(label => $"\"{label}\""));

    private static MLNetSentiment? ByName(string name, bool allowIgnored) => name.ToUpperInvariant() switch
    {
        "NEG" or "NEGATIVE" => MLNetSentiment.Negative,
        "NEU" or "NEUTRAL" => MLNetSentiment.Neutral,
        "POS" or "POSITIVE" => MLNetSentiment.Positive,
        "FALSE" when !allowIgnored => MLNetSentiment.Negative,
        "TRUE" when !allowIgnored => MLNetSentiment.Positive,
        "IGNORED" when allowIgnored => MLNetSentiment.Ignored,
        _ => null,
    };
}
