namespace StreamEngine.Text.Sentiment;

/// <summary>
/// The learned numbers of a sentiment model. Each feature of a unit has a row of <see cref="Columns"/> numbers:
/// three that add to the classes directly, the rest that add to hidden units. A row's numbers are its signed bytes
/// times its scale; the feature's inverse document frequency is folded in. Features of clauses (pairs, negated
/// words) have three numbers only.
/// </summary>
internal sealed record SentimentWeights
{
    public const int Classes = 3;

    public const int MaxHidden = 48;

    /// <summary>Hidden units, at most <see cref="MaxHidden"/>.</summary>
    public required int Hidden { get; init; }

    /// <summary>Keys of unit features, all different.</summary>
    public required uint[] Keys { get; init; }

    /// <summary>Inverse document frequency of each key, in steps of <see cref="FrequencyStep"/>.</summary>
    public required byte[] Frequencies { get; init; }

    /// <summary>Scale of each key's row.</summary>
    public required Half[] Scales { get; init; }

    /// <summary>Rows of <see cref="Columns"/> numbers.</summary>
    public required sbyte[] Rows { get; init; }

    /// <summary>Keys of clause features, all different.</summary>
    public required uint[] ClauseKeys { get; init; }

    public required byte[] ClauseFrequencies { get; init; }

    /// <summary>Rows of three numbers, all of the scale <see cref="ClauseScale"/>.</summary>
    public required sbyte[] ClauseRows { get; init; }

    public required float ClauseScale { get; init; }

    /// <summary>The step of a unit's summed numbers as caches keep them (16 bits): for the classes.</summary>
    public required float ClassStep { get; init; }

    /// <summary>The same for the hidden units.</summary>
    public required float HiddenStep { get; init; }

    /// <summary>What the classes' sums are multiplied by at last, so that probabilities are shares of hits.</summary>
    public required float Sharpness { get; init; }

    /// <summary>Added to the classes.</summary>
    public required float[] Bias { get; init; }

    /// <summary>Added to the hidden units before the negative ones are set to zero.</summary>
    public required float[] HiddenBias { get; init; }

    /// <summary>What a hidden unit adds to each class: <see cref="Hidden"/> rows of three.</summary>
    public required float[] Output { get; init; }

    public int Columns => Classes + Hidden;

    public const float FrequencyStep = 1f / 16;
}
