using System.Text;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

[Collection(ClickHouseCollection.Name)]
public sealed class ClickHouseWriterTests(ClickHouseServers servers)
{
    [Theory]
    [OnEmbedded(WireFormat.Native, true)]
    [OnEmbedded(WireFormat.RowBinary, false)]
    [OnDebian(WireFormat.Native, true)]
    [OnDebian(WireFormat.RowBinary, false)]
    public async Task A_window_is_one_row_of_the_view_in_its_newest_version_whatever_was_sent_and_how_often(ServerKind kind, WireFormat format, bool gzip)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase()) with { Format = format, Compress = gzip };
        await using var writer = await Writers.OpenAsync(settings, Records.Windows);

        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 3, version: 1));
        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 7, version: 3, final: true));
        await writer.FlushAsync(default);
        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 5, version: 2));
        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 7, version: 3, final: true));
        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 1, version: 1, channel: "it's \\u00e9\\n"));
        await writer.FlushAsync(default);

        var rows = await server.RowsAsync($"""
            SELECT brand, channel, language, toUnixTimestamp(window_start), toUnixTimestamp(window_end), posts, negative, neutral, positive,
                mean_score, reach, authors, is_final, late, window_seconds, graph, operator
            FROM {settings.Database}.brand_sentiment ORDER BY channel
            """);
        Assert.Equal(
            [
                "Kwik|it's é\n|nl|1772359200|1772359260|1|0|0|1|-0.25|10|1|0|1|60|brand-sentiment|per_minute",
                "Kwik|x|nl|1772359200|1772359260|7|3|0|4|-0.25|70|7|1|1|60|brand-sentiment|per_minute",
            ],
            rows);
        Assert.Equal(0, writer.PendingRows);
        Assert.Equal(0, writer.PendingBytes);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Of_a_window_that_comes_again_before_it_is_written_only_the_newest_row_is(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Windows, Records.Windows with { Name = "per_hour" });

        foreach (var version in new[] { 2, 9, 4 })
        {
            writer.Append(0, Records.Window("Kwik", Records.Start, posts: version, version, final: version == 9));
            writer.Append(0, Records.Window("Bolt", Records.Start, posts: version + 1, version));
            writer.Append(0, Records.Window("Kwik", Records.Start + 60_000, posts: version + 2, version));
            writer.Append(1, Records.Window("Kwik", Records.Start, posts: version + 3, version));
        }

        Assert.Equal(4, writer.PendingRows);
        await writer.FlushAsync(default);
        writer.Append(0, Records.Window("Kwik", Records.Start, posts: 11, version: 11, final: true));
        Assert.Equal(1, writer.PendingRows);
        await writer.FlushAsync(default);

        Assert.Equal(
            ["Bolt|per_minute|1772359200|10|5|100|9|0", "Kwik|per_hour|1772359200|12|6|120|9|0", "Kwik|per_minute|1772359200|11|6|110|11|1", "Kwik|per_minute|1772359260|11|6|110|9|0"],
            await server.RowsAsync($"SELECT brand, operator, toUnixTimestamp(window_start), posts, positive, reach, version, is_final FROM {settings.Database}.sentiment_windows FINAL ORDER BY brand, operator, window_start"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_session_that_grows_stays_one_row_and_one_that_is_taken_back_is_none(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Windows);
        static string Session(int start, int end, int posts, int version) => $$"""
            {"window_start":{{Records.Start + (start * 1000)}},"window_end":{{Records.Start + (end * 1000)}},"brand":"Kwik","posts":{{posts}},"is_final":1,"version":{{version}}}
            """;

        writer.Append(0, Session(10, 40, 1, 2));
        writer.Append(0, Session(10, 55, 3, 6));
        writer.Append(0, Session(60, 90, 2, 4));
        await writer.FlushAsync(default);
        Assert.Equal(["1772359210|45|3", "1772359260|30|2"], await Rows());

        // A late post before the first links both.
        writer.Append(0, Session(5, 90, 6, 12));
        writer.Append(0, Session(10, 90, 0, 12));
        writer.Append(0, Session(60, 90, 0, 12));
        await writer.FlushAsync(default);
        Assert.Equal(["1772359205|85|6"], await Rows());

        Task<string[]> Rows() => server.RowsAsync($"SELECT toUnixTimestamp(window_start), window_seconds, posts FROM {settings.Database}.brand_sentiment ORDER BY window_start");
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Dead_letters_keep_the_original_bytes_and_do_not_double_when_they_come_again(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.DeadLetters, Records.Late);
        byte[] payload = [0, 255, 0x27, 0x5C, 10, 9, .. Encoding.UTF8.GetBytes("{\"text\":\"żó"), 0xC3];

        for (var times = 0; times < 2; times++)
        {
            writer.Append(0, new SinkRecord("k1"u8, payload, Records.Refused(5, "not JSON: 'x'"), Records.Start + times));
            writer.Append(0, new SinkRecord(default, "b"u8, Records.Refused(6, "no time"), Records.Start + times));
            writer.Append(0, new SinkRecord(default, "c"u8, Records.Refused(5, "no time", partition: 1), Records.Start + times));
            var headers = Records.Headers(("graph", "g"), ("operator", "per_minute"), ("event_time", $"{Records.Start - 5000}"), ("watermark", $"{Records.Start}"), ("source", "posts"), ("partition", "3"), ("offset", "8"));
            writer.Append(1, new SinkRecord(default, "d"u8, headers, Records.Start));
            await writer.FlushAsync(default);
        }

        var refused = await server.RowsAsync($"SELECT source, source_partition, source_offset, operator, error, key, hex(payload), graph FROM {settings.Database}.refused_posts ORDER BY source_partition, source_offset");
        Assert.Equal(
            [
                $"posts|0|5|decode|not JSON: 'x'|k1|{Convert.ToHexString(payload)}|brand-sentiment",
                "posts|0|6|decode|no time||62|brand-sentiment",
                "posts|1|5|decode|no time||63|brand-sentiment",
            ],
            refused);
        var late = await server.RowsAsync($"SELECT source, source_partition, source_offset, operator, toUnixTimestamp(watermark) - toUnixTimestamp(event_time), payload FROM {settings.Database}.late_posts");
        Assert.Equal(["posts|3|8|per_minute|5|d"], late);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task An_incident_is_one_row_in_its_latest_state_and_its_alerts_are_its_history(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Alerts);
        static string Alert(string incident, int sequence, string state, int severity) => $$$"""
            {"schema":"alert.v1","incident_id":"{{{incident}}}","sequence":{{{sequence}}},"state":"{{{state}}}","kind":"negative","severity":{{{severity}}},"brand":"Kwik","graph":"brand-sentiment","operator":"spikes",
            "window":{"start":"2026-03-01T10:00:00.000Z","end":"2026-03-01T10:05:00.000Z"},"observed":41,"effective":39,"expected":3.5,"expected_interval":{"low":0,"high":8},"p_value":1.5e-9,"posts":50,"negative_share":0.82,"usual_share":0.1,
            "channels":[{"name":"x","negative":30},{"name":"news \u00e9","negative":11}],"languages":[{"name":"nl","negative":41}],"duplicate_share":0.25,"author_share":0.5,"top_terms":[{"term":"terugroepactie","posts":9,"share":0.3,"usual_share":0.01,"score":4.2},{"term":"b\u00f3l","posts":4,"share":0.1,"usual_share":0,"score":2}],"samples":[{"id":"1","time":"2026-03-01T10:00:01.000Z","text":"\"boos\"","score":-0.9}],
            "opened_at":"2026-03-01T10:00:00.000Z","first_seen":"2026-03-01T10:00:01.000Z","last_seen":"2026-03-01T10:04:59.000Z","suppressed":2,"versions":{"detector":"nb-1"}}
            """;

        for (var times = 0; times < 2; times++)
        {
            writer.Append(0, Alert("i1", 1, "open", 4), Records.Start + 1);
            writer.Append(0, Alert("i1", 2, "escalated", 8), Records.Start + 2);
            writer.Append(0, Alert("i1", 3, "resolved", 8), Records.Start + 3);
            writer.Append(0, Alert("i2", 1, "open", 2), Records.Start + 4);
            await writer.FlushAsync(default);
        }

        Assert.Equal(
            [
                "i1|3|resolved|8|Kwik|1772359200|1772359500|41|3.5|0|8|50|0.82|0.1|x,news é|nl|1772359200|1772359201|1772359499|2|negative|39|terugroepactie,ból|0.25|0.5",
                "i2|1|open|2|Kwik|1772359200|1772359500|41|3.5|0|8|50|0.82|0.1|x,news é|nl|1772359200|1772359201|1772359499|2|negative|39|terugroepactie,ból|0.25|0.5",
            ],
            await server.RowsAsync($"""
                SELECT incident_id, sequence, state, severity, brand, toUnixTimestamp(window_start), toUnixTimestamp(window_end), observed, expected,
                    expected_low, expected_high, posts, negative_share, usual_share, arrayStringConcat(channels, ','), arrayStringConcat(languages, ','),
                    toUnixTimestamp(opened_at), toUnixTimestamp(first_seen), toUnixTimestamp(last_seen), suppressed,
                    kind, effective, arrayStringConcat(top_terms, ','), duplicate_share, author_share
                FROM {settings.Database}.incidents ORDER BY incident_id
                """));
        Assert.Equal(
            ["i1|open", "i1|escalated", "i1|resolved", "i2|open"],
            await server.RowsAsync($"SELECT incident_id, state FROM {settings.Database}.alert_history ORDER BY incident_id, sequence"));
        var documents = await server.QueryAsync($"SELECT document FROM {settings.Database}.incidents WHERE incident_id = 'i2'");
        Assert.Equal(Alert("i2", 1, "open", 2), documents.Value);
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task An_incident_in_a_topic_that_several_graphs_copy_is_one_row_of_the_graph_that_it_names(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        foreach (var copier in new[] { Records.Alerts, Records.Alerts with { Graph = "trial" }, new SinkInput("others", Records.Alerts.Kind, "rollups") })
        {
            await using var writer = await Writers.OpenAsync(settings, copier);
            foreach (var graph in new[] { "brand-sentiment", "trial" })
            {
                writer.Append(0, $$$"""{"incident_id":"{{{graph}}}-1","sequence":1,"state":"open","graph":"{{{graph}}}","operator":"spikes","window":{"start":"2026-03-01T10:00:00.000Z","end":"2026-03-01T10:05:00.000Z"}}""");
            }

            await writer.FlushAsync(default);
        }

        Assert.Equal(
            ["brand-sentiment-1|brand-sentiment|spikes", "trial-1|trial|spikes"],
            await server.RowsAsync($"SELECT incident_id, graph, operator FROM {settings.Database}.incidents ORDER BY incident_id"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Posts_of_several_streams_share_a_table_and_keep_what_has_no_column_in_the_document(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Posts, Records.Posts with { Name = "other" });
        const string post = """{"id":"p1","time":1772359200123,"brand":"Kwik","text":"mooi \ud83d\ude00","channel":"x","sentiment":"positive","score":0.9,"stars":5}""";

        writer.Append(0, post);
        writer.Append(0, post);
        writer.Append(1, post);
        await writer.FlushAsync(default);

        Assert.Equal(
            ["scored|p1|mooi 😀|positive|0.9|5", "other|p1|mooi 😀|positive|0.9|5"],
            await server.RowsAsync($"SELECT operator, id, text, sentiment, score, visitParamExtractInt(document, 'stars') FROM {settings.Database}.posts ORDER BY operator DESC"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_record_that_is_not_what_its_stream_holds_is_refused_and_leaves_nothing_behind(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Windows, Records.DeadLetters);
        var good = Records.Window("Kwik", Records.Start, 2, 1);

        writer.Append(0, good);
        Assert.Contains("'posts' must be a whole number, not String", Refusal(good.Replace("\"posts\":2", "\"posts\":\"two\"")));
        Assert.Contains("'posts' is -2; it must lie between 0 and", Refusal(good.Replace("\"posts\":2", "\"posts\":-2")));
        Assert.Contains("'is_final' is 300", Refusal(good.Replace("\"is_final\":0", "\"is_final\":300")));
        Assert.Contains("no 'window_start'", Refusal("""{"brand":"Kwik"}"""));
        Assert.Contains("not valid JSON", Refusal(good[..^20]));
        Assert.Contains("not a JSON object", Refusal("[1]"));
        Assert.Contains("not valid", Refusal(good.Replace("Kwik", "\\ud800")));
        Assert.Contains("'offset' must be a whole number, not 'x'", Assert.Throws<FormatException>(() =>
            writer.Append(1, new SinkRecord(default, default, Records.Headers(("offset", "x")), 0))).Message);
        writer.Append(0, ""); // A tombstone.
        Assert.Equal(1, writer.PendingRows);
        await writer.FlushAsync(default);

        Assert.Equal(["Kwik|2"], await server.RowsAsync($"SELECT brand, posts FROM {settings.Database}.brand_sentiment"));

        string Refusal(string json) => Assert.Throws<FormatException>(() => writer.Append(0, json)).Message;
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Rows_of_many_years_go_in_at_once_in_inserts_of_no_more_than_batch_rows(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase()) with { BatchRows = 1000 };
        await using var writer = await Writers.OpenAsync(settings, Records.Windows);
        const int windows = 1200;
        const long step = 4L * 24 * 3_600_000; // 11 years in the first insert: 131 partitions, more than servers take by default.

        for (var i = 0; i < windows; i++)
        {
            writer.Append(0, Records.Window("Kwik", Records.Start - (i * step), i + 1, 1));
        }

        Assert.Equal(windows, writer.PendingRows);
        Assert.True(writer.IsFlushDue);
        await writer.FlushAsync(default);

        Assert.Equal([$"{windows}|{windows * (windows + 1) / 2}"], await server.RowsAsync($"SELECT count(), sum(posts) FROM {settings.Database}.brand_sentiment"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task A_table_that_was_dropped_is_made_again_without_a_restart(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        var log = new RecordingLogger();
        await using var writer = await Writers.OpenAsync(settings, log, Records.Windows);
        writer.Append(0, Records.Window("Kwik", Records.Start, 2, 1));
        await server.ExecuteAsync($"DROP TABLE {settings.Database}.sentiment_windows");

        await writer.FlushAsync(default);

        Assert.Equal(["Kwik|2"], await server.RowsAsync($"SELECT brand, posts FROM {settings.Database}.brand_sentiment"));
        Assert.Single(log.Warnings, line => line.Contains("is gone; making it anew"));
    }

    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Windows_within_one_second_stay_apart_or_are_refused_by_a_server_that_would_mix_them_up(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        await using var writer = await Writers.OpenAsync(settings, Records.Windows);
        writer.Append(0, Records.Window("Kwik", Records.Start, 2, 1));
        if (kind == ServerKind.Debian)
        {
            Assert.Contains("whole seconds", Assert.Throws<SinkException>(() => writer.Append(0, Records.Window("Kwik", Records.Start + 500, 3, 1))).Message);
            return;
        }

        writer.Append(0, Records.Window("Kwik", Records.Start + 500, 3, 1));
        await writer.FlushAsync(default);
        Assert.Equal(["2", "3"], await server.RowsAsync($"SELECT posts FROM {settings.Database}.brand_sentiment ORDER BY window_start"));
    }
}
