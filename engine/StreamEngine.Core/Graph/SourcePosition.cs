namespace StreamEngine.Core.Graph;

/// <summary>A place in a file that a user wrote. Line and column count from 1; 0 where it did not come from a file.</summary>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary>The place of things that were made in code.</summary>
    public static SourcePosition Code { get; } = new("code", 0, 0);

    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
