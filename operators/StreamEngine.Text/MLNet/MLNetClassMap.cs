namespace StreamEngine.Text.MLNet;

/// <summary>Which labels of a model are negative, neutral and positive.</summary>
public sealed class MLNetClassMap
{
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
    /// Makes a map of labels with <c>negative</c>, <c>neutral</c>, <c>positive</c> or <c>ignored</c> each. Several labels may map to one
    /// class, their probabilities add up. Labels are compared without regard to case.
    /// </summary>
    /// <exception cref="FormatException">There are no labels, one is there twice, or what it maps to is no class.</exception>
    public MLNetClassMap(IEnumerable<KeyValuePair<string, string>> classes)
        : this(new Dictionary<string, MLNetSentiment>(StringComparer.OrdinalIgnoreCase))
    {
        ArgumentNullException.ThrowIfNull(classes);
        foreach (var (label, name) in classes)
        {
            if (ByName(name.Trim(), allowIgnored: true) is not { } sentiment)
                throw new FormatException($"the label \"{label}\" maps to \"{name}\", which is no class; the classes are negative, neutral, positive and ignored");
            if (!_classes.TryAdd(label.Trim(), sentiment))
                throw new FormatException($"the label \"{label}\" is mapped twice");
        }
        if (_classes.Count == 0)
            throw new FormatException("the map of classes is empty");
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
        + $"give a map of classes, such as {string.Join(", ", model.Labels.Take(2).Zip(["negative", "positive"], (label, name) => $"\"{label}\": {name}"))}");

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
