namespace StreamEngine.Text.Training;

/// <summary>What it cost to keep a model's weights as signed bytes, measured on texts that training held back.</summary>
/// <param name="Texts">The number of texts.</param>
/// <param name="ToldOtherwise">How many of them the rounded weights tell to be of another class.</param>
/// <param name="ExactMacroF1">Macro-F1 of the weights as trained (32-bit floats).</param>
/// <param name="RoundedMacroF1">Macro-F1 of the model.</param>
public sealed record RoundingCost(int Texts, int ToldOtherwise, double ExactMacroF1, double RoundedMacroF1);
