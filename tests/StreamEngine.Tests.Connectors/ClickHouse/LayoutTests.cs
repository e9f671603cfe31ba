using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Tables that are there before the writer.</summary>
[Collection(ClickHouseCollection.Name)]
public sealed class LayoutTests(ClickHouseServers servers)
{
    private const string OldColumns = """
        graph String, operator String, brand String, window_start DateTime, window_end DateTime, channel String, language String,
        posts UInt64, negative UInt64, neutral UInt64, positive UInt64, mean_score Float64, reach UInt64, first_event DateTime,
        last_event DateTime, is_final UInt8, written_at DateTime, version UInt64
        """;

    private const string Key = "(graph, operator, brand, window_start, channel, language)";

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_table_of_an_older_layout_gets_the_columns_that_it_lacks_and_keeps_its_rows(ServerKind kind)
    {
        var (server, settings) = await PrepareAsync(kind, OldColumns, "ReplacingMergeTree(version)", Key);
        await server.ExecuteAsync($"INSERT INTO {settings.Database}.sentiment_windows (graph, operator, brand, window_start, window_end, posts, version) VALUES ('brand-sentiment', 'per_minute', 'Kwik', '2020-01-01 00:00:00', '2020-01-01 00:01:00', 9, 1)");
        await server.ExecuteAsync($"CREATE VIEW {settings.Database}.brand_sentiment AS SELECT brand, posts FROM {settings.Database}.sentiment_windows");

        for (var starts = 0; starts < 2; starts++)
        {
            await using var writer = await Writers.OpenAsync(settings, Records.Windows);
            writer.Append(0, Records.Window("Kwik", Records.Start, 2, 1));
            await writer.FlushAsync(default);
        }

        Assert.Equal(
            ["Kwik|9|0|0", "Kwik|2|2|1"],
            await server.RowsAsync($"SELECT brand, posts, authors, late FROM {settings.Database}.brand_sentiment ORDER BY window_start"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_view_that_leaves_out_other_rows_is_made_anew_and_one_that_is_right_is_left_alone(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await (await Writers.OpenAsync(settings, Records.Windows, Records.Alerts, Records.Late)).DisposeAsync();
        var log = new RecordingLogger();
        await (await Writers.OpenAsync(settings, log, Records.Windows, Records.Alerts, Records.Late)).DisposeAsync();
        Assert.DoesNotContain(log.All, line => line.Contains("made the view"));

        var columns = await server.RowsAsync($"SELECT name FROM system.columns WHERE database = '{settings.Database}' AND table = 'brand_sentiment' AND name != 'window_seconds'");
        await server.ExecuteAsync($"DROP TABLE {settings.Database}.brand_sentiment");
        await server.ExecuteAsync($"CREATE VIEW {settings.Database}.brand_sentiment AS SELECT {string.Join(", ", columns)}, toUInt32(60) AS window_seconds FROM {settings.Database}.sentiment_windows FINAL");
        await (await Writers.OpenAsync(settings, log, Records.Windows, Records.Alerts, Records.Late)).DisposeAsync();
        Assert.Single(log.All, line => line.Contains("made the view") && line.Contains("brand_sentiment"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_table_that_does_not_fit_is_refused_with_what_is_wrong_and_what_to_do(ServerKind kind)
    {
        await RefusedAsync(kind, OldColumns, "MergeTree()", Key, "has the engine MergeTree");
        await RefusedAsync(kind, OldColumns, "ReplacingMergeTree(version)", "(brand, window_start)", "is ordered by (brand, window_start)");
        await RefusedAsync(kind, OldColumns.Replace("posts UInt64", "posts String"), "ReplacingMergeTree(version)", Key, "has the column posts of type String; it must be UInt64");
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Where_nothing_may_be_made_missing_things_are_named(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase()) with { CreateTables = false };

        var noDatabase = await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings, Records.Windows));
        await server.ExecuteAsync($"CREATE DATABASE {settings.Database}");
        var noTable = await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings, Records.Windows));

        Assert.Contains($"no database '{settings.Database}'", noDatabase.Message);
        Assert.Contains($"{settings.Database}.sentiment_windows", noTable.Message);
        Assert.Contains("is missing", noTable.Message);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Names_take_the_prefix_and_two_sinks_live_side_by_side(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        foreach (var prefix in new[] { "", "trial_" })
        {
            await using var writer = await Writers.OpenAsync(settings with { TablePrefix = prefix }, Records.Windows, Records.Alerts);
            writer.Append(0, Records.Window(prefix + "Kwik", Records.Start, 2, 1));
            await writer.FlushAsync(default);
        }

        Assert.Equal(["Kwik"], await server.RowsAsync($"SELECT brand FROM {settings.Database}.brand_sentiment"));
        Assert.Equal(["trial_Kwik"], await server.RowsAsync($"SELECT brand FROM {settings.Database}.trial_brand_sentiment"));
    }

    [Theory]
    [OnEmbedded]
    public async Task Rows_expire_after_the_ttl_also_when_it_is_changed_later(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        foreach (var days in new[] { 3650, 90 })
        {
            var log = new RecordingLogger();
            await (await Writers.OpenAsync(settings with { TimeToLive = TimeSpan.FromDays(days) }, log, Records.Windows, Records.DeadLetters)).DisposeAsync();
            var statement = await server.QueryAsync($"SELECT create_table_query FROM system.tables WHERE database = '{settings.Database}' AND name = 'sentiment_windows'");
            Assert.Contains($"TTL toDateTime(window_start) + toIntervalSecond({days * 86400})", statement.Value);
            await using var again = await Writers.OpenAsync(settings with { TimeToLive = TimeSpan.FromDays(days) }, log, Records.Windows, Records.DeadLetters);
            Assert.InRange(log.All.Count(line => line.Contains("are kept for")), 0, days == 90 ? 2 : 0);
        }
    }

    [Theory]
    [OnEmbedded]
    public async Task Rows_are_kept_for_ever_when_the_ttl_is_taken_out_and_a_ttl_of_someone_else_is_left(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await (await Writers.OpenAsync(settings with { TimeToLive = TimeSpan.FromDays(90) }, Records.Windows, Records.DeadLetters)).DisposeAsync();
        var log = new RecordingLogger();
        for (var starts = 0; starts < 2; starts++)
        {
            await using var writer = await Writers.OpenAsync(settings, log, Records.Windows, Records.DeadLetters);
            writer.Append(0, Records.Window("Kwik", Records.Start - (365L * 86_400_000), 2, 1));
            await writer.FlushAsync(default);
        }

        Assert.Equal(["0", "0"], await server.RowsAsync($"SELECT position(create_table_query, ' TTL ') FROM system.tables WHERE database = '{settings.Database}' AND name IN ('sentiment_windows', 'dead_letters')"));
        Assert.Equal(2, log.All.Count(line => line.Contains("are kept for ever from now on")));
        await server.ExecuteAsync($"OPTIMIZE TABLE {settings.Database}.sentiment_windows FINAL");
        Assert.Equal(["Kwik|2"], await server.RowsAsync($"SELECT brand, posts FROM {settings.Database}.brand_sentiment"));

        await server.ExecuteAsync($"ALTER TABLE {settings.Database}.sentiment_windows MODIFY TTL toDateTime(written_at) + toIntervalDay(3000)");
        await (await Writers.OpenAsync(settings, log, Records.Windows)).DisposeAsync();
        Assert.Single(log.Warnings, line => line.Contains($"rows of {settings.Database}.sentiment_windows still expire"));
        Assert.Contains("TTL toDateTime(written_at)", (await server.QueryAsync($"SELECT create_table_query FROM system.tables WHERE database = '{settings.Database}' AND name = 'sentiment_windows'")).Value);
    }

    [Theory]
    [OnEmbedded]
    public async Task Columns_of_tables_and_views_say_what_they_mean_also_where_these_were_there_before(ServerKind kind)
    {
        var (server, settings) = await PrepareAsync(kind, OldColumns.Replace("posts UInt64", "posts UInt64 COMMENT 'our own'"), "ReplacingMergeTree(version)", Key);
        SinkInput[] inputs = [Records.Windows, Records.Alerts, Records.DeadLetters, Records.Late, Records.Posts];
        await (await Writers.OpenAsync(settings, inputs)).DisposeAsync();
        await server.ExecuteAsync($"DROP TABLE {settings.Database}.late_posts");
        await server.ExecuteAsync($"CREATE VIEW {settings.Database}.late_posts AS SELECT source, source_partition, source_offset, operator, event_time, watermark, key, payload, graph, written_at FROM {settings.Database}.late_records FINAL");
        await (await Writers.OpenAsync(settings, inputs)).DisposeAsync();

        Assert.Empty(await server.RowsAsync($"SELECT table, name FROM system.columns WHERE database = '{settings.Database}' AND comment = ''"));
        Assert.Equal(
            ["brand_sentiment|window_seconds|length of the window in seconds", "sentiment_windows|posts|our own"],
            await server.RowsAsync($"SELECT table, name, comment FROM system.columns WHERE database = '{settings.Database}' AND (name = 'window_seconds' OR table = 'sentiment_windows' AND name = 'posts') ORDER BY table"));
    }

    [Theory]
    [OnDebian]
    public async Task An_old_server_says_that_it_has_no_ttl(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var log = new RecordingLogger();
        await using var writer = await Writers.OpenAsync(server.Settings(ClickHouseServers.NewDatabase()) with { TimeToLive = TimeSpan.FromDays(30) }, log, Records.Windows);
        Assert.Single(log.Warnings, line => line.Contains("18.16.1 has no TTL"));
    }

    private async Task RefusedAsync(ServerKind kind, string columns, string engine, string key, string reason)
    {
        var (_, settings) = await PrepareAsync(kind, columns, engine, key);
        var e = await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings, Records.Windows));
        Assert.Contains(reason, e.Message);
        Assert.Contains($"the table {settings.Database}.sentiment_windows", e.Message);
        Assert.Contains("table_prefix", e.Message);
    }

    private async Task<(ClickHouseServer Server, ClickHouseSettings Settings)> PrepareAsync(ServerKind kind, string columns, string engine, string key)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await server.ExecuteAsync($"CREATE DATABASE {settings.Database}");
        await server.ExecuteAsync($"CREATE TABLE {settings.Database}.sentiment_windows ({columns}) ENGINE = {engine} PARTITION BY toYYYYMM(window_start) ORDER BY {key}");
        return (server, settings);
    }
}
