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
/// <param name="Columns">Its columns.</param>
/// <param name="Tail">What follows FROM, for example <c>LIMIT 1 BY</c>; may be empty.</param>
internal sealed record ViewDefinition(string Name, ImmutableArray<ViewColumn> Columns, string Tail = "")
{
    /// <summary>A view on columns as they are.</summary>
    public static ImmutableArray<ViewColumn> Plain(params IEnumerable<string> columns) => [.. columns.Select(column => new ViewColumn(column))];
}

/// <summary>A column of a view.</summary>
/// <param name="Name">Its name; that of a column of the table where it has no expression.</param>
/// <param name="Expression">What it is worked out by; <see langword="null"/> for the table's column as it is.</param>
/// <param name="Comment">What it means; <see langword="null"/> for what the table's column does.</param>
internal sealed record ViewColumn(string Name, string? Expression = null, string? Comment = null);
