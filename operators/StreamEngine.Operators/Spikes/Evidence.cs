namespace StreamEngine.Operators;

/// <summary>How surprising a brand's counts are at a bucket.</summary>
/// <param name="Expected">The count that is usual in the bucket.</param>
/// <param name="Surprise">
/// The largest of −log₁₀ of the tail probability of a horizon, as a part of what that horizon reaches on the brand's own days: 1 is reached
/// somewhat more often than the alert budget says, and may open an incident where the gates on count and share are passed too.
/// </param>
/// <param name="Rise">What the test for a lasting rise says, as a part of its threshold in the same way; it may open an incident too.</param>
/// <param name="Weight">The surprise without such gates: all horizons must say so together, or one of them by far.</param>
/// <param name="Remembered">The weight that the last peak has left behind; at least 1.</param>
internal readonly record struct Evidence(double Expected, double Surprise, double Rise, double Weight, double Remembered)
{
    /// <summary>The weight as a part of what is remembered; 1 is the threshold.</summary>
    public double Novelty => Weight / Remembered;

    /// <summary>From 0 to 1; 0.5 is the threshold.</summary>
    public double Score => 1 - Math.Pow(2, -Novelty);
}
