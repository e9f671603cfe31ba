using System.Collections.Immutable;
using StreamEngine.Core.Operators;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>
/// A table: <c>ReplacingMergeTree(version)</c> on a deterministic key, so that a row sent again replaces itself. Every table has the
/// columns <c>graph</c>, <c>operator</c>, <c>written_at</c> and <c>version</c>.
/// </summary>
/// <param name="Kind">The streams that go into it.</param>
/// <param name="Name">Its name, without the prefix.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Key">The columns of the key, in the order in which rows are sorted.</param>
/// <param name="PartitionBy">The expression that splits it into partitions, out of columns of the key; <see langword="null"/> for one partition.</param>
/// <param name="TimeColumn">The column that a row's age counts from.</param>
/// <param name="Views">The views over it.</param>
internal sealed record TableDefinition(
    StreamKind Kind,
    string Name,
    ImmutableArray<TableColumn> Columns,
    ImmutableArray<string> Key,
    string? PartitionBy,
    string TimeColumn,
    ImmutableArray<ViewDefinition> Views);

/// <summary>A view for readers: each row once, in its newest version.</summary>
/// <param name="Name">Its name, without the prefix.</param>
/// <param name="Columns">Its columns: name and expression.</param>
/// <param name="Tail">What follows FROM, for example <c>LIMIT 1 BY</c>; may be empty.</param>
internal sealed record ViewDefinition(string Name, ImmutableArray<(string Name, string Expression)> Columns, string Tail = "")
{
    /// <summary>A view on columns as they are.</summary>
    public static ImmutableArray<(string Name, string Expression)> Plain(params IEnumerable<string> columns) => [.. columns.Select(column => (column, column))];
}
