namespace StreamEngine.Operators;

/// <summary>How surprising a brand's counts are at a bucket.</summary>
/// <param name="Expected">The count expected in the bucket.</param>
/// <param name="Surprise">
/// In units of the brand's threshold: 1 is reached about as often as the alert budget says. The mean over horizons of −log₁₀ of the tail
/// probability, each as a part of what that horizon reaches on the brand's own days.
/// </param>
/// <param name="Novelty"><paramref name="Surprise"/> as a part of the threshold that the last peak has left behind; 1 may open an incident.</param>
internal readonly record struct Evidence(double Expected, double Surprise, double Novelty)
{
    /// <summary>From 0 to 1; 0.5 is the threshold.</summary>
    public double Score => 1 - Math.Pow(2, -Novelty);
}
