using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Core.Graph;

/// <summary>A graph as a data engineer writes it: a source, operators that each follow another, and sinks. Checked.</summary>
/// <param name="Name">The name: prefix of topics and groups.</param>
/// <param name="Source">Where records come from.</param>
/// <param name="Operators">The operators; each follows the source or one before it in this list.</param>
/// <param name="Sinks">Where results go.</param>
/// <param name="Runtime">How the graph is run.</param>
public sealed record LogicalGraph(
    string Name,
    SourceNode Source,
    ImmutableArray<OperatorNode> Operators,
    ImmutableArray<SinkNode> Sinks,
    RuntimeSettings Runtime);

/// <summary>A graph's source.</summary>
public sealed record SourceNode(SourceDefinition Definition, OptionSet Options, SourcePosition Position);

/// <summary>One operator in a graph.</summary>
/// <param name="Id">Its id: the definition's name unless the graph says otherwise. State is carried over by it.</param>
/// <param name="Definition">What it is.</param>
/// <param name="Options">Its options.</param>
/// <param name="From">The id of the operator that it follows; <see langword="null"/> = the source.</param>
/// <param name="Input">The columns that reach it.</param>
/// <param name="Output">The columns that leave it.</param>
/// <param name="Emits">What its rows are: of one that works on rows in place what they were before.</param>
/// <param name="Position">Where it stands.</param>
public sealed record OperatorNode(
    string Id,
    OperatorDefinition Definition,
    OptionSet Options,
    string? From,
    BatchSchema Input,
    BatchSchema Output,
    StreamKind Emits,
    SourcePosition Position);

/// <summary>One sink in a graph.</summary>
/// <param name="Id">Its id: the definition's name unless the graph says otherwise.</param>
/// <param name="Definition">What it is.</param>
/// <param name="Options">Its options.</param>
/// <param name="From">The streams it takes: operators' ids, <see cref="DeadLetters"/>, <see cref="Late"/>.</param>
/// <param name="Position">Where it stands.</param>
public sealed record SinkNode(string Id, SinkDefinition Definition, OptionSet Options, ImmutableArray<string> From, SourcePosition Position)
{
    /// <summary>The stream of refused records, as <c>from</c> names it.</summary>
    public const string DeadLetters = "dead-letters";

    /// <summary>The stream of records too late for their windows, as <c>from</c> names it.</summary>
    public const string Late = "late";
}
