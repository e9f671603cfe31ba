namespace StreamEngine.Chaos.Posts;

/// <summary>What is wrong with a post, if anything.</summary>
internal enum PostFault
{
    None,

    /// <summary>Its JSON ends in the middle.</summary>
    Truncated,

    /// <summary>A byte that is no UTF-8.</summary>
    NotUtf8,

    /// <summary>No time.</summary>
    NoTime,

    /// <summary>No text.</summary>
    NoText,

    /// <summary>A reach that is no number; its time is older than that of its neighbours.</summary>
    WrongReach,

    /// <summary>Dated 2099. It can be decoded, and is refused where it would be counted.</summary>
    FarFuture,
}

/// <summary>A post as its author meant it. What is empty is not in the record.</summary>
internal readonly record struct ScriptedPost
{
    /// <summary>Its number in the script, which is also the record's key.</summary>
    public required long Number { get; init; }

    public required PostFault Fault { get; init; }

    /// <summary>Event time, ms since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>Whether it is meant to be no later than the disorder that is allowed.</summary>
    public required bool IsPunctual { get; init; }

    /// <summary>The brand that it is about; -1: none.</summary>
    public required int Brand { get; init; }

    /// <summary>Another brand that it is about, too; -1: none.</summary>
    public required int OtherBrand { get; init; }

    public required string Text { get; init; }

    public required string Channel { get; init; }

    /// <summary>The language that it declares.</summary>
    public required string Language { get; init; }

    /// <summary>Number of the author; -1: not said.</summary>
    public required int Author { get; init; }

    /// <summary>-1: not said.</summary>
    public required long Reach { get; init; }
}
