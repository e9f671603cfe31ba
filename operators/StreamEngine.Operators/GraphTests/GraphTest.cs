using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>A test of a graph: posts, and what must come of them.</summary>
/// <param name="Name">What holds, in words.</param>
/// <param name="Position">Where it stands.</param>
/// <param name="Posts">The source's records, in order.</param>
/// <param name="Now">What the clock says, all the time; <see langword="null"/>: the machine's.</param>
/// <param name="Ledger">How many records must end where, by the names of the ledger's columns.</param>
/// <param name="Streams">What must leave the graph.</param>
public sealed record GraphTest(
    string Name,
    SourcePosition Position,
    ImmutableArray<ReadOnlyMemory<byte>> Posts,
    DateTimeOffset? Now,
    ImmutableArray<(string Column, long Count, SourcePosition Position)> Ledger,
    ImmutableArray<StreamExpectation> Streams);

/// <summary>What must leave a graph in one stream.</summary>
/// <param name="Stream">An operator's id, <c>dead-letters</c> or <c>late</c>.</param>
/// <param name="Position">Where that is said.</param>
/// <param name="Rows">Rows that must be there, each one of its own.</param>
/// <param name="Count">How many rows there must be; <see langword="null"/>: any number.</param>
public sealed record StreamExpectation(string Stream, SourcePosition Position, ImmutableArray<RowExpectation> Rows, int? Count);

/// <summary>What came of a test.</summary>
/// <param name="Test">The test.</param>
/// <param name="Failures">What is not as it must be; empty where the test passed.</param>
/// <param name="Streams">What left the graph, as JSON objects: for each stream that was looked at.</param>
/// <param name="Ledger">Where the records went.</param>
public sealed record GraphTestOutcome(
    GraphTest Test,
    ImmutableArray<GraphProblem> Failures,
    ImmutableArray<(string Stream, ImmutableArray<string> Rows)> Streams,
    Core.Runtime.Ledger Ledger);
