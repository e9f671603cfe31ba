namespace StreamEngine.Operators;

/// <summary>A kind of drill: how much more, for how long, of which tone.</summary>
/// <param name="Factor">
/// How many times the brand's usual number of negative posts; 4: three times that number of posts are added, whatever their tone, so that
/// a rise of praise is as large as one of anger.
/// </param>
/// <param name="Minutes">For how long.</param>
/// <param name="Sentiment">The tone of the posts that are added: <c>negative</c> or <c>positive</c>.</param>
public sealed record Drill(double Factor, int Minutes, string Sentiment = "negative");

/// <summary>What came of drills of one kind.</summary>
/// <param name="Drill">The kind.</param>
/// <param name="Rises">How many rises were injected.</param>
/// <param name="Delays">The minutes from a rise's start to the end of the window that opened an incident, for those found before they ended, ascending.</param>
public sealed record DrillOutcome(Drill Drill, int Rises, IReadOnlyList<double> Delays)
{
    /// <summary>The share found, 0 to 1.</summary>
    public double Share => Rises == 0 ? 0 : (double)Delays.Count / Rises;

    /// <summary>The median delay over all rises, in minutes; one not found counts as endless.</summary>
    public double MedianDelay => (Rises - 1) / 2 < Delays.Count ? Delays[(Rises - 1) / 2] : double.PositiveInfinity;
}
