using System.Collections.Frozen;
using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Operators;

namespace StreamEngine.Tests.Connectors.ClickHouse;

public sealed class TableStatementsTests
{
    private static readonly ClickHouseSettings _settings = new() { Database = "my`db", TablePrefix = "a_", TimeToLive = TimeSpan.FromDays(1) };

    [Fact]
    public void A_recent_server_gets_its_extras()
    {
        var statements = new TableStatements(_settings, new("24.8.4.13", FrozenSet.Create("async_insert")));
        Assert.Equal(
            """
            CREATE TABLE IF NOT EXISTS `my\`db`.`a_late_records` (
              `graph` LowCardinality(String),
              `operator` LowCardinality(String),
              `source` LowCardinality(String),
              `source_partition` UInt32,
              `source_offset` Int64,
              `key` String,
              `payload` String CODEC(ZSTD(3)),
              `event_time` DateTime64(3, 'UTC'),
              `watermark` DateTime64(3, 'UTC'),
              `written_at` DateTime64(3, 'UTC'),
              `version` UInt64
            )
            ENGINE = ReplacingMergeTree(version)
            PARTITION BY tuple()
            ORDER BY (graph, source, source_partition, source_offset, operator)
            TTL toDateTime(written_at) + toIntervalSecond(86400)
            SETTINGS index_granularity = 8192
            """,
            statements.CreateTable(StreamTables.For(StreamKind.Late)));
        Assert.Equal("async_insert=0", statements.InsertSettings());
    }

    [Fact]
    public void An_old_server_gets_what_it_understands()
    {
        var statements = new TableStatements(_settings, new("18.16.1", FrozenSet<string>.Empty));
        Assert.Equal(
            """
            CREATE TABLE IF NOT EXISTS `my\`db`.`a_late_records` (
              `graph` String,
              `operator` String,
              `source` String,
              `source_partition` UInt32,
              `source_offset` Int64,
              `key` String,
              `payload` String,
              `event_time` DateTime('UTC'),
              `watermark` DateTime('UTC'),
              `written_at` DateTime('UTC'),
              `version` UInt64
            )
            ENGINE = ReplacingMergeTree(version)
            PARTITION BY tuple()
            ORDER BY (graph, source, source_partition, source_offset, operator)
            SETTINGS index_granularity = 8192
            """,
            statements.CreateTable(StreamTables.For(StreamKind.Late)));
        Assert.Equal("", statements.InsertSettings());
    }

    [Fact]
    public void Every_stream_has_a_table_whose_key_and_views_use_its_columns()
    {
        foreach (var kind in Enum.GetValues<StreamKind>())
        {
            var table = StreamTables.For(kind);
            var names = table.Columns.Select(column => column.Name).ToList();
            Assert.Equal(names.Distinct(), names);
            Assert.Empty(new[] { table.TimeColumn, "graph", "operator", "written_at", "version" }.Concat(table.Key).Except(names));
            Assert.Equal(ColumnKind.UInt64, table.Columns.Single(column => column.Name == "version").Kind);
            Assert.All(table.Views, view => Assert.Empty(view.Columns.Where(column => column.Name == column.Expression).Select(column => column.Name).Except(names)));
        }
    }
}
