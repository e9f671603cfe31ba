using System.Globalization;
using System.Security.Cryptography;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sources;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// The state of a graph that runs without Kafka: a file in a folder, in the form of a <see cref="Savepoint"/>, replaced as a whole.
/// </summary>
internal sealed class LocalState
{
    private readonly GraphPlan _plan;
    private readonly GraphShape _shape;
    private readonly TimeProvider _time;
    private readonly string _path;

    /// <summary>Opens the state, which may not be there yet.</summary>
    /// <param name="plan">The graph.</param>
    /// <param name="folder">Where the state lies.</param>
    /// <param name="source">The source: what positions are positions in.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IncompatibleStateException">The state was made with another graph or another source.</exception>
    /// <exception cref="StateException">The file is damaged.</exception>
    internal LocalState(GraphPlan plan, string folder, IBoundedSource source, TimeProvider time)
    {
        (_plan, _time) = (plan, time);
        _path = Path.Combine(folder, $"{plan.Graph.Name}.state");
        _shape = GraphShape.Of(plan, 1) with { Source = source.Name, SourceId = Mark(source.Beginning.Span) };
        Directory.CreateDirectory(folder);
        if (!File.Exists(_path))
        {
            return;
        }

        var stored = Savepoint.Read(_path);
        var obstacles = stored.Shape.Obstacles(_shape with { SourceId = null }, plan.Graph.Runtime.DiscardState).ToList();
        if (stored.Shape.Source == source.Name && !Fits(stored.Shape.SourceId, source.Beginning.Span))
        {
            obstacles.Add($"its positions are those of another '{source.Name}', which began in another way: to read this one from its start run the graph under another name, with another folder in runtime.state, or without {_path}");
        }

        if (obstacles.Count > 0)
        {
            throw new IncompatibleStateException(plan.Graph.Name, obstacles);
        }

        (Image, IsThere) = (stored.Partitions[0], true);
    }

    /// <summary>Whether a run before this one left state.</summary>
    internal bool IsThere { get; }

    /// <summary>The entries.</summary>
    internal StateImage Image { get; } = new();

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Save() => new Savepoint { Graph = _plan.Graph.Name, Shape = _shape, TakenAt = _time.GetUtcNow(), Partitions = [Image] }.Write(_path);

    /// <summary>Names a beginning: its length and digest.</summary>
    private static string? Mark(ReadOnlySpan<byte> beginning) =>
        beginning.IsEmpty ? null : string.Create(CultureInfo.InvariantCulture, $"{beginning.Length}:{Convert.ToHexStringLower(SHA256.HashData(beginning))}");

    /// <summary>Whether a source begins with what has the mark; one that has grown does. State of older programs has no mark.</summary>
    private static bool Fits(string? mark, ReadOnlySpan<byte> beginning) => mark is null
        || (int.TryParse(mark.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= beginning.Length && mark == Mark(beginning[..length]));
}
