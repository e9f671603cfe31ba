namespace StreamEngine.Text.MLNet;

/// <summary>What a label of a model stands for.</summary>
public enum MLNetSentiment
{
    /// <summary>Its probability counts for none of the three classes.</summary>
    Ignored,

    /// <summary>Negative.</summary>
    Negative,

    /// <summary>Neutral.</summary>
    Neutral,

    /// <summary>Positive.</summary>
    Positive,
}
