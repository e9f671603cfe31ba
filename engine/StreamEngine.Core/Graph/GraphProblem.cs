namespace StreamEngine.Core.Graph;

/// <summary>One thing that is wrong with a graph, told in the user's terms.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record GraphProblem(SourcePosition Position, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Position}: {Message}";
}

/// <summary>A graph cannot be used.</summary>
public sealed class GraphException(IReadOnlyList<GraphProblem> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>A graph with one problem.</summary>
    public GraphException(SourcePosition position, string message)
        : this([new GraphProblem(position, message)])
    {
    }

    /// <summary>All that is wrong, in the order of the file.</summary>
    public IReadOnlyList<GraphProblem> Problems { get; } = problems;
}
