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
              `graph` LowCardinality(String) COMMENT 'name of the graph that the row comes from',
              `operator` LowCardinality(String) COMMENT 'id of the operator whose window the record was too late for',
              `source` LowCardinality(String) COMMENT 'topic or file that the record was read from',
              `source_partition` UInt32 COMMENT 'partition of the topic; 0 for a file',
              `source_offset` Int64 COMMENT 'offset in the partition; line number for a file',
              `key` String COMMENT 'the record\'s key as it came',
              `payload` String COMMENT 'the record\'s value as it came; of a very long one the beginning' CODEC(ZSTD(3)),
              `event_time` DateTime64(3, 'UTC') COMMENT 'when the post was written; event time, UTC',
              `watermark` DateTime64(3, 'UTC') COMMENT 'the partition\'s watermark when the record came; event time, UTC',
              `written_at` DateTime64(3, 'UTC') COMMENT 'when the engine last wrote the row',
              `version` UInt64 COMMENT 'only grows: of the rows of one key the one with the highest counts'
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

    [Theory]
    [InlineData("ORDER BY graph TTL toDateTime(window_start) + toIntervalSecond(60) SETTINGS index_granularity = 8192", true, true)]
    [InlineData("ORDER BY graph TTL toDateTime(window_start) + toIntervalSecond(60)", true, true)]
    [InlineData("ORDER BY graph TTL toDateTime(window_start) + toIntervalSecond(60) TO VOLUME 'cold' SETTINGS index_granularity = 8192", false, true)]
    [InlineData("ORDER BY graph TTL toDateTime(written_at) + toIntervalSecond(60) SETTINGS index_granularity = 8192", false, true)]
    [InlineData("ORDER BY graph SETTINGS index_granularity = 8192", false, false)]
    public void A_ttl_is_known_for_the_sinks_own_only_if_it_is_all_that_there_is(string tail, bool own, bool any)
    {
        var statement = "CREATE TABLE d.sentiment_windows (`brand` String TTL written_at + toIntervalDay(1)) ENGINE = ReplacingMergeTree(version) " + tail;
        Assert.Equal(own, TableStatements.HasOwnTtl(StreamTables.For(StreamKind.Windows), statement));
        Assert.Equal(any, TableStatements.HasTtl(statement));
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
            Assert.All(table.Columns, column => Assert.InRange(column.Comment.Length, 10, 200));
            Assert.All(table.Views, view => Assert.All(view.Columns, column => Assert.Equal(column.Expression is null, column.Comment is null)));
            Assert.All(table.Views, view => Assert.Empty(view.Columns.Where(column => column.Expression is null).Select(column => column.Name).Except(names)));
        }
    }
}
