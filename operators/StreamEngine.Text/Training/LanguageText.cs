using StreamEngine.Text.Languages;

namespace StreamEngine.Text.Training;

/// <summary>A text whose language is known.</summary>
/// <param name="Text">The text in UTF-8.</param>
/// <param name="Language">Its language.</param>
/// <param name="Set">The data set that it comes from.</param>
public sealed record LanguageText(byte[] Text, Language Language, string Set)
{
    /// <summary>How much it counts in training, relative to 1.</summary>
    public float Weight { get; init; } = 1;
}
