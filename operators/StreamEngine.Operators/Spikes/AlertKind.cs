namespace StreamEngine.Operators;

/// <summary>What rose.</summary>
internal enum AlertKind
{
    /// <summary>Negative posts: a crisis.</summary>
    Negative,

    /// <summary>Positive posts: a wave of praise.</summary>
    Praise,
}
