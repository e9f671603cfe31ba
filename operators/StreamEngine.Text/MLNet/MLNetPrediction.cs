namespace StreamEngine.Text.MLNet;

/// <summary>What a model says about one post.</summary>
/// <param name="Label">Index of the predicted label in <see cref="MLNetModel.Labels"/>.</param>
/// <param name="Score">
/// Binary: the raw score, the label is "True" above the threshold (normally 0). Multiclass: the greatest of the scores, which are probabilities.
/// </param>
/// <param name="Probability">
/// Binary: the probability of "True", or NaN if the model is not calibrated. Multiclass: the same as <paramref name="Score"/>.
/// </param>
public readonly record struct MLNetPrediction(int Label, float Score, float Probability);
