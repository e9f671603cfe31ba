namespace StreamEngine.Text.Training;

/// <summary>A text with the class that people gave it.</summary>
/// <param name="Text">The text in UTF-8.</param>
/// <param name="Label">Its class.</param>
/// <param name="Language">Its language, two letters; empty where the file does not say.</param>
/// <param name="Set">The data set that it comes from.</param>
public sealed record LabelledText(byte[] Text, SentimentLabel Label, string Language, string Set)
{
    /// <summary>How much the text counts in training, relative to 1.</summary>
    public float Weight { get; init; } = 1;

    /// <summary>
    /// Whether its set's share of classes is one that the model should expect. The shares of other sets are taken up by
    /// biases that are thrown away.
    /// </summary>
    public bool IsReference { get; init; }

    /// <summary>The set that its own translates row by row; null for a set that translates none.</summary>
    public string? Translates { get; init; }

    /// <summary>For an entry of a lexicon, how much blame or praise it says, -1 to 1; null for texts that people wrote.</summary>
    public double? Valence { get; init; }

    /// <summary>Whether it is an entry of a lexicon: its words are learned however rare they are elsewhere.</summary>
    public bool IsEntry => Valence is not null;
}
