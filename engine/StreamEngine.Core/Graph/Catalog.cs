using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Core.Graph;

/// <summary>The operators, sources and sinks that graphs may name.</summary>
public sealed class Catalog(
    IEnumerable<OperatorDefinition> operators,
    IEnumerable<SourceDefinition> sources,
    IEnumerable<SinkDefinition> sinks)
{
    /// <summary>Operators by name.</summary>
    public IReadOnlyDictionary<string, OperatorDefinition> Operators { get; } = operators.ToDictionary(o => o.Name);

    /// <summary>Sources by name.</summary>
    public IReadOnlyDictionary<string, SourceDefinition> Sources { get; } = sources.ToDictionary(s => s.Name);

    /// <summary>Sinks by name.</summary>
    public IReadOnlyDictionary<string, SinkDefinition> Sinks { get; } = sinks.ToDictionary(s => s.Name);
}
