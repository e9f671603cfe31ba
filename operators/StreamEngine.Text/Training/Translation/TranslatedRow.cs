namespace StreamEngine.Text.Training.Translation;

/// <summary>A text of a set that translates another row by row, or of that other.</summary>
/// <param name="Words">Keys of its distinct words, in their order.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Label">Its class.</param>
internal readonly record struct TranslatedRow(uint[] Words, int Length, SentimentLabel Label);
