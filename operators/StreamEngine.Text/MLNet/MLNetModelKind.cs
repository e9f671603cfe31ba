namespace StreamEngine.Text.MLNet;

/// <summary>What a model decides between.</summary>
public enum MLNetModelKind
{
    /// <summary>Two labels, one score; the greater the score, the surer the label "true".</summary>
    Binary,

    /// <summary>Two or more labels, one probability for each.</summary>
    Multiclass,
}
