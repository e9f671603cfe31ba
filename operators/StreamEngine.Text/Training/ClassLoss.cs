namespace StreamEngine.Text.Training;

/// <summary>What validation takes from training.</summary>
/// <param name="Set">The data set.</param>
/// <param name="Language">Its language; empty where the file does not say.</param>
/// <param name="Label">The class.</param>
/// <param name="Texts">How many texts of the class the set has in that language.</param>
/// <param name="Held">How many of them are held back.</param>
public readonly record struct ClassLoss(string Set, string Language, SentimentLabel Label, int Texts, int Held);
