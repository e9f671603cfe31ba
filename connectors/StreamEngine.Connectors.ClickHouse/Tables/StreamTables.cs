using System.Collections.Immutable;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Records;
using StreamEngine.Core.Operators;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>The tables that streams go into. <c>docs/clickhouse.md</c> tells readers about them.</summary>
internal static class StreamTables
{
    private static readonly TableColumn _graph = new("graph", ColumnKind.Word, "name of the graph that the row comes from");
    private static readonly TableColumn _operator = new("operator", ColumnKind.Word, "id of the operator that the row comes from");
    private static readonly TableColumn _writtenAt = new("written_at", ColumnKind.Time, "when the engine last wrote the row");
    private static readonly TableColumn _version = new("version", ColumnKind.UInt64, "only grows: of the rows of one key the one with the highest counts");

    private static readonly TableDefinition _windows = new(
        StreamKind.Windows,
        "sentiment_windows",
        [
            _graph,
            _operator,
            Json("brand", ColumnKind.Word, "brand that the row is about"),
            Json("window_start", ColumnKind.Time, "start of the window, inclusive; event time, UTC", required: true),
            Json("window_end", ColumnKind.Time, "end of the window, exclusive; event time, UTC", required: true),
            Json("channel", ColumnKind.Word, "where the posts were published; empty where unknown"),
            Json("language", ColumnKind.Word, "language of the posts, ISO 639; empty where unknown"),
            Json("posts", ColumnKind.UInt64, "mentions counted; 0 takes a session back, and the view leaves it out"),
            Json("negative", ColumnKind.UInt64, "mentions that are negative"),
            Json("neutral", ColumnKind.UInt64, "mentions that are neutral"),
            Json("positive", ColumnKind.UInt64, "mentions that are positive"),
            Json("mean_score", ColumnKind.Float64, "mean score of the mentions, -1 (negative) to 1 (positive); over several rows: sum(mean_score * posts) / sum(posts)"),
            Json("reach", ColumnKind.UInt64, "people reached, summed over mentions"),
            Json("authors", ColumnKind.UInt64, "distinct authors, exact or estimated with a standard error of 3.25 %; does not add up over rows"),
            Json("late", ColumnKind.UInt64, "of the posts, those that came after the watermark had passed the window's end"),
            Json("first_event", ColumnKind.Time, "time of the first post; event time, UTC"),
            Json("last_event", ColumnKind.Time, "time of the last post; event time, UTC"),
            Json("is_final", ColumnKind.UInt8, "0 while the window is open, 1 once the watermark has passed its end"),
            _writtenAt,
            Json("version", ColumnKind.UInt64, "only grows: of the rows of one key the one with the highest counts"),
        ],
        ["graph", "operator", "brand", "window_start", "channel", "language"],
        "toYYYYMM(window_start)",
        "window_start",
        [
            new ViewDefinition(
                "brand_sentiment",
                [
                    .. ViewDefinition.Plain("brand", "channel", "language", "window_start", "window_end", "posts", "negative", "neutral", "positive", "mean_score", "reach", "authors", "is_final", "late", "first_event", "last_event"),
                    new ViewColumn("window_seconds", "toUInt32(toUnixTimestamp(window_end) - toUnixTimestamp(window_start))", "length of the window in seconds"),
                    .. ViewDefinition.Plain("graph", "operator", "written_at"),
                ],
                "WHERE posts > 0"), // a row with 0 posts takes a session's back
        ]);

    /// <summary>Several graphs may write to one topic of alerts, and each of them copies all of it: an alert is the graph's that it names.</summary>
    private static readonly ImmutableArray<TableColumn> _alertColumns =
    [
        Json("graph", ColumnKind.Word, "name of the graph that found the incident"),
        Json("operator", ColumnKind.Word, "id of the operator that found the incident"),
        Json("incident_id", ColumnKind.Text, "the same in all alerts of one incident, 16 hexadecimal digits", required: true),
        Json("sequence", ColumnKind.UInt32, "counts the incident's alerts from 1", required: true),
        Json("state", ColumnKind.Word, "open: first alert; escalated: at least two grades more severe than last told; resolved: over", required: true),
        Json("kind", ColumnKind.Word, "what rose: negative posts, or positive ones (praise); counts and shares are of posts of this kind"),
        Json("severity", ColumnKind.UInt8, "1 to 10: up to 3 a handful of posts, about 5 dozens, 8 and more hundreds at many times the usual"),
        Json("brand", ColumnKind.Word, "brand that the incident is about"),
        Json("window_start", ColumnKind.Time, "start of the time that counts and shares are about, inclusive; event time, UTC", from: "window.start", required: true),
        Json("window_end", ColumnKind.Time, "end of that time, exclusive; event time, UTC", from: "window.end", required: true),
        Json("observed", ColumnKind.UInt64, "posts of the kind in the window, so far"),
        Json("effective", ColumnKind.UInt64, "of these, as many as were judged: near-copies and further posts of an author count less"),
        Json("expected", ColumnKind.Float64, "effective posts of the kind usual for so long a time, at this hour of the week"),
        Json("expected_low", ColumnKind.UInt64, "lower end of what holds 95 % of the usual, in effective posts", from: "expected_interval.low"),
        Json("expected_high", ColumnKind.UInt64, "upper end of what holds 95 % of the usual, in effective posts", from: "expected_interval.high"),
        Json("p_value", ColumnKind.Float64, "how likely so many or more are by chance, 0 to 1"),
        Json("posts", ColumnKind.UInt64, "all posts about the brand in the window"),
        Json("negative_share", ColumnKind.Float64, "share of posts of the kind in the window, 0 to 1"),
        Json("usual_share", ColumnKind.Float64, "share of posts of the kind that is usual, 0 to 1"),
        Json("channels", ColumnKind.Texts, "channels of the incident's posts, most posts first"),
        Json("languages", ColumnKind.Texts, "languages of the incident's posts, ISO 639, most posts first"),
        Json("top_terms", ColumnKind.Texts, "words of the incident's posts that are not usual in the brand's negative posts, the most telling first; at most 8"),
        Json("duplicate_share", ColumnKind.Float64, "share of the posts looked at whose text is a near-copy of another's, 0 to 1"),
        Json("author_share", ColumnKind.Float64, "share of the posts looked at by the three loudest authors, 0 to 1; 0 where authors are unknown"),
        Json("opened_at", ColumnKind.Time, "start of the window that opened the incident; event time, UTC"),
        Json("first_seen", ColumnKind.Time, "first post of the windows that were elevated; event time, UTC"),
        Json("last_seen", ColumnKind.Time, "last post of the windows that were elevated; event time, UTC"),
        Json("suppressed", ColumnKind.UInt64, "windows that spiked during cooldown and raised no alert, since the last alert"),
        new TableColumn("document", ColumnKind.Text, "the whole alert, JSON as schemas/alert.v1.json describes", Bulky: true),
        _writtenAt,
        _version,
    ];

    private static readonly ImmutableArray<string> _alertView =
    [
        "incident_id", "sequence", "brand", "state", "kind", "severity", "window_start", "window_end", "observed", "effective", "expected", "expected_low",
        "expected_high", "p_value", "posts", "negative_share", "usual_share", "channels", "languages", "top_terms", "duplicate_share",
        "author_share", "opened_at", "first_seen", "last_seen",
        "suppressed", "document", "graph", "operator", "written_at",
    ];

    private static readonly TableDefinition _alerts = new(
        StreamKind.Alerts,
        "alerts",
        _alertColumns,
        ["graph", "operator", "incident_id", "sequence"],
        null,
        "window_start",
        [
            new ViewDefinition("incidents", ViewDefinition.Plain(_alertView), "ORDER BY sequence DESC LIMIT 1 BY graph, operator, incident_id"),
            new ViewDefinition("alert_history", ViewDefinition.Plain(_alertView)),
        ]);

    private static readonly TableDefinition _deadLetters = new(
        StreamKind.DeadLetters,
        "dead_letters",
        [_graph, Header("operator", ColumnKind.Word, "id of the operator that refused the record"), .. Original(), Header("error", ColumnKind.Text, "why the record was refused"), _writtenAt, _version],
        ["graph", "source", "source_partition", "source_offset", "operator"],
        null,
        "written_at",
        [new ViewDefinition("refused_posts", ViewDefinition.Plain("source", "source_partition", "source_offset", "operator", "error", "key", "payload", "graph", "written_at"))]);

    private static readonly TableDefinition _lateRecords = new(
        StreamKind.Late,
        "late_records",
        [_graph, Header("operator", ColumnKind.Word, "id of the operator whose window the record was too late for"), .. Original(), Header("event_time", ColumnKind.Time, "when the post was written; event time, UTC"), Header("watermark", ColumnKind.Time, "the partition's watermark when the record came; event time, UTC"), _writtenAt, _version],
        ["graph", "source", "source_partition", "source_offset", "operator"],
        null,
        "written_at",
        [new ViewDefinition("late_posts", ViewDefinition.Plain("source", "source_partition", "source_offset", "operator", "event_time", "watermark", "key", "payload", "graph", "written_at"))]);

    private static readonly TableDefinition _posts = new(
        StreamKind.Posts,
        "scored_posts",
        [
            _graph,
            _operator,
            Json("brand", ColumnKind.Word, "brand that the post mentions"),
            Json("time", ColumnKind.Time, "when the post was written; event time, UTC", required: true),
            Json("id", ColumnKind.Text, "the post's id", required: true),
            Json("channel", ColumnKind.Word, "where it was published; empty where unknown"),
            Json("language", ColumnKind.Word, "its language, ISO 639; empty where unknown"),
            Json("author", ColumnKind.Text, "who wrote it; empty where unknown"),
            Json("text", ColumnKind.Text, "what it says") with { Bulky = true },
            Json("reach", ColumnKind.UInt64, "how many people it reaches"),
            Json("sentiment", ColumnKind.Word, "negative, neutral or positive"),
            Json("score", ColumnKind.Float64, "its tone, -1 (negative) to 1 (positive)"),
            new TableColumn("document", ColumnKind.Text, "all columns of the stream, JSON", Bulky: true),
            _writtenAt,
            _version,
        ],
        ["graph", "operator", "brand", "time", "id"],
        "toYYYYMM(time)",
        "time",
        [new ViewDefinition("posts", ViewDefinition.Plain("brand", "time", "id", "channel", "language", "author", "text", "reach", "sentiment", "score", "document", "graph", "operator", "written_at"))]);

    /// <summary>The table that streams of a kind go into.</summary>
    public static TableDefinition For(StreamKind kind) => kind switch
    {
        StreamKind.Windows => _windows,
        StreamKind.Alerts => _alerts,
        StreamKind.DeadLetters => _deadLetters,
        StreamKind.Late => _lateRecords,
        StreamKind.Posts => _posts,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no table for it"),
    };

    private static TableColumn Json(string name, ColumnKind kind, string comment, string? from = null, bool required = false) => new(name, kind, comment, from ?? name, required);

    private static TableColumn Header(string name, ColumnKind kind, string comment, string? from = null) => new(name, kind, comment, OriginalRecordReader.HeaderPrefix + (from ?? name));

    private static IEnumerable<TableColumn> Original() =>
    [
        Header("source", ColumnKind.Word, "topic or file that the record was read from"),
        Header("source_partition", ColumnKind.UInt32, "partition of the topic; 0 for a file", "partition"),
        Header("source_offset", ColumnKind.Int64, "offset in the partition; line number for a file", "offset"),
        new TableColumn("key", ColumnKind.Text, "the record's key as it came"),
        new TableColumn("payload", ColumnKind.Text, "the record's value as it came; of a very long one the beginning", Bulky: true),
    ];
}
