namespace StreamEngine.Core.State;

/// <summary>A changed graph cannot take over the state that is stored for it. Nothing was stopped or written.</summary>
/// <param name="graph">The graph's name.</param>
/// <param name="obstacles">Why, one or more.</param>
public sealed class IncompatibleStateException(string graph, IReadOnlyList<string> obstacles)
    : Exception($"the state of graph '{graph}' cannot be carried over to it as it is now:" + string.Concat(obstacles.Select(o => Environment.NewLine + "  " + o)))
{
    /// <summary>Why.</summary>
    public IReadOnlyList<string> Obstacles => obstacles;
}
