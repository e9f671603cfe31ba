using System.Collections.Immutable;

namespace StreamEngine.Text;

/// <summary>The three classes of sentiment, in the order in which models keep them.</summary>
public enum SentimentLabel : byte
{
    /// <summary>The post complains or blames.</summary>
    Negative,

    /// <summary>The post tells or asks without judging.</summary>
    Neutral,

    /// <summary>The post praises or recommends.</summary>
    Positive,
}

/// <summary>How the classes of sentiment are written.</summary>
public static class SentimentLabels
{
    /// <summary>Each class by its name, in the order of <see cref="SentimentLabel"/>: the dictionary of the column <c>sentiment</c>.</summary>
    public static ImmutableArray<string> Names { get; } = ["negative", "neutral", "positive"];
}

/// <summary>The probabilities of the three classes; they add up to 1.</summary>
/// <param name="Negative">Probability of <see cref="SentimentLabel.Negative"/>, 0 to 1.</param>
/// <param name="Neutral">Probability of <see cref="SentimentLabel.Neutral"/>, 0 to 1.</param>
/// <param name="Positive">Probability of <see cref="SentimentLabel.Positive"/>, 0 to 1.</param>
public readonly record struct SentimentScore(float Negative, float Neutral, float Positive)
{
    /// <summary>What windows average: the probability of positive less that of negative, -1 to 1.</summary>
    public float Value => Positive - Negative;

    /// <summary>The likeliest class; of equal ones neutral, then negative.</summary>
    public SentimentLabel Label => Neutral >= Negative && Neutral >= Positive ? SentimentLabel.Neutral
        : Negative >= Positive ? SentimentLabel.Negative : SentimentLabel.Positive;
}
