using System.Globalization;
using System.Text.RegularExpressions;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>The statements that make tables and views, for what a server can do.</summary>
/// <param name="settings">Database, prefix and time to live.</param>
/// <param name="server">The server.</param>
internal sealed class TableStatements(ClickHouseSettings settings, ServerCapabilities server)
{
    /// <summary>The full name of a table or view, for statements.</summary>
    public string NameOf(string name) => $"{Sql.Name(settings.Database)}.{Sql.Name(settings.TablePrefix + name)}";

    public string CreateDatabase() => $"CREATE DATABASE IF NOT EXISTS {Sql.Name(settings.Database)}";

    public string CreateTable(TableDefinition table)
    {
        var columns = string.Join(",\n  ", table.Columns.Select(ColumnText));
        return $"""
            CREATE TABLE IF NOT EXISTS {NameOf(table.Name)} (
              {columns}
            )
            ENGINE = ReplacingMergeTree(version)
            PARTITION BY {table.PartitionBy ?? "tuple()"}
            ORDER BY ({string.Join(", ", table.Key)}){(TtlText(table) is { } ttl ? $"\nTTL {ttl}" : "")}
            SETTINGS index_granularity = 8192
            """;
    }

    public string AddColumn(TableDefinition table, TableColumn column) =>
        $"ALTER TABLE {NameOf(table.Name)} ADD COLUMN {ColumnText(column)}";

    /// <summary>The expression after which rows expire; <see langword="null"/> where they do not.</summary>
    public string? TtlText(TableDefinition table) => settings.TimeToLive is { } ttl && server.HasTtl
        ? string.Create(CultureInfo.InvariantCulture, $"{TtlHead(table)}{(long)ttl.TotalSeconds})")
        : null;

    /// <summary>Whether the statement that makes a table has a TTL of the form that <see cref="TtlText"/> gives, and no more than that.</summary>
    public static bool HasOwnTtl(TableDefinition table, string statement) =>
        Regex.IsMatch(statement, $@" TTL {Regex.Escape(TtlHead(table))}\d+\)( SETTINGS | COMMENT |$)", RegexOptions.CultureInvariant);

    /// <summary>Whether the statement that makes a table has a TTL for rows.</summary>
    public static bool HasTtl(string statement) => statement.IndexOf(" TTL ", Math.Max(0, statement.LastIndexOf("ORDER BY ", StringComparison.Ordinal)), StringComparison.Ordinal) >= 0;

    public string ChangeTtl(TableDefinition table) => $"ALTER TABLE {NameOf(table.Name)} MODIFY TTL {TtlText(table)}";

    public string RemoveTtl(TableDefinition table) => $"ALTER TABLE {NameOf(table.Name)} REMOVE TTL";

    /// <summary>Says what columns of a table or view mean.</summary>
    public string CommentColumns(string name, IEnumerable<(string Name, string Comment)> columns) =>
        $"ALTER TABLE {NameOf(name)} {string.Join(", ", columns.Select(column => $"COMMENT COLUMN {Sql.Name(column.Name)} {Sql.Text(column.Comment)}"))}";

    public string CreateView(TableDefinition table, ViewDefinition view)
    {
        var columns = string.Join(", ", view.Columns.Select(column => column.Expression is null ? column.Name : $"{column.Expression} AS {column.Name}"));
        return $"CREATE VIEW {NameOf(view.Name)} AS SELECT {columns} FROM {NameOf(table.Name)} FINAL {view.Tail}".TrimEnd();
    }

    public string DropView(ViewDefinition view) => $"DROP TABLE {NameOf(view.Name)}";

    public string Insert(TableDefinition table, WireFormat format) =>
        $"INSERT INTO {NameOf(table.Name)} ({string.Join(", ", table.Columns.Select(column => column.Name))}) FORMAT {format}";

    /// <summary>
    /// Settings of inserts, as far as the server knows them: no queue of asynchronous inserts, whose acknowledgement is no promise by
    /// default; as many partitions as the rows have, since a replay may span years.
    /// </summary>
    public string InsertSettings() => string.Join('&', new[] { ("async_insert", "async_insert=0"), ("max_partitions_per_insert_block", "max_partitions_per_insert_block=0") }
        .Where(setting => server.Settings.Contains(setting.Item1))
        .Select(setting => setting.Item2));

    /// <summary>The type that a new column gets.</summary>
    public string TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Time => server.HasDateTime64 ? "DateTime64(3, 'UTC')" : "DateTime('UTC')",
        ColumnKind.Text => "String",
        ColumnKind.Word => server.HasLowCardinality ? "LowCardinality(String)" : "String",
        ColumnKind.Texts => "Array(String)",
        _ => kind.ToString(),
    };

    private string ColumnText(TableColumn column) =>
        $"{Sql.Name(column.Name)} {TypeOf(column.Kind)}{(server.HasComments ? $" COMMENT {Sql.Text(column.Comment)}" : "")}{(column.Bulky && server.HasCodecs ? " CODEC(ZSTD(3))" : "")}";

    private static string TtlHead(TableDefinition table) => $"toDateTime({table.TimeColumn}) + toIntervalSecond(";
}
