namespace StreamEngine.Text.MLNet;

/// <summary>What a pipeline ends in: the column of features, the weights, and how scores become an answer.</summary>
internal sealed record Predictor
{
    /// <summary>The component; errors about the features name it.</summary>
    public required ModelComponent Origin { get; init; }

    public required MLNetModelKind Kind { get; init; }

    public required Column Features { get; init; }

    public required LinearWeights Weights { get; init; }

    /// <summary>Names of the labels; for a binary model "False" and "True".</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Whether the names of the labels stand in the file.</summary>
    public bool HasLabelNames { get; init; } = true;

    /// <summary>Binary: the label is "True" above this score.</summary>
    public float Threshold { get; init; }

    /// <summary>Binary: the calibrator, or null.</summary>
    public PlattCalibrator? Calibrator { get; init; }
}

/// <summary>A sigmoid that turns a score into a probability.</summary>
/// <param name="Slope">Factor of the score.</param>
/// <param name="Offset">Added to the product.</param>
internal sealed record PlattCalibrator(double Slope, double Offset)
{
    public float Probability(float score) => (float)(1 / (1 + Math.Exp(Slope * score + Offset)));
}
