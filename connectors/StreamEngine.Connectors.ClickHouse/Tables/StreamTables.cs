using System.Collections.Immutable;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Records;
using StreamEngine.Core.Operators;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>The tables that streams go into. <c>docs/clickhouse.md</c> tells readers about them.</summary>
internal static class StreamTables
{
    private static readonly TableColumn _graph = new("graph", ColumnKind.Word);
    private static readonly TableColumn _operator = new("operator", ColumnKind.Word);
    private static readonly TableColumn _writtenAt = new("written_at", ColumnKind.Time);
    private static readonly TableColumn _version = new("version", ColumnKind.UInt64);

    private static readonly TableDefinition _windows = new(
        StreamKind.Windows,
        "sentiment_windows",
        [
            _graph,
            _operator,
            Json("brand", ColumnKind.Word),
            Json("window_start", ColumnKind.Time, required: true),
            Json("window_end", ColumnKind.Time, required: true),
            Json("channel", ColumnKind.Word),
            Json("language", ColumnKind.Word),
            Json("posts", ColumnKind.UInt64),
            Json("negative", ColumnKind.UInt64),
            Json("neutral", ColumnKind.UInt64),
            Json("positive", ColumnKind.UInt64),
            Json("mean_score", ColumnKind.Float64),
            Json("reach", ColumnKind.UInt64),
            Json("authors", ColumnKind.UInt64),
            Json("late", ColumnKind.UInt64),
            Json("first_event", ColumnKind.Time),
            Json("last_event", ColumnKind.Time),
            Json("is_final", ColumnKind.UInt8),
            _writtenAt,
            Json("version", ColumnKind.UInt64),
        ],
        ["graph", "operator", "brand", "window_start", "channel", "language"],
        "toYYYYMM(window_start)",
        "window_start",
        [
            new ViewDefinition(
                "brand_sentiment",
                [
                    .. ViewDefinition.Plain("brand", "channel", "language", "window_start", "window_end", "posts", "negative", "neutral", "positive", "mean_score", "reach", "authors", "is_final", "late", "first_event", "last_event"),
                    ("window_seconds", "toUInt32(toUnixTimestamp(window_end) - toUnixTimestamp(window_start))"),
                    .. ViewDefinition.Plain("graph", "operator", "written_at"),
                ],
                "WHERE posts > 0"), // a row with 0 posts takes a session's back
        ]);

    /// <summary>Several graphs may write to one topic of alerts, and each of them copies all of it: an alert is the graph's that it names.</summary>
    private static readonly ImmutableArray<TableColumn> _alertColumns =
    [
        Json("graph", ColumnKind.Word),
        Json("operator", ColumnKind.Word),
        Json("incident_id", ColumnKind.Text, required: true),
        Json("sequence", ColumnKind.UInt32, required: true),
        Json("state", ColumnKind.Word, required: true),
        Json("kind", ColumnKind.Word),
        Json("severity", ColumnKind.UInt8),
        Json("brand", ColumnKind.Word),
        Json("window_start", ColumnKind.Time, from: "window.start", required: true),
        Json("window_end", ColumnKind.Time, from: "window.end", required: true),
        Json("observed", ColumnKind.UInt64),
        Json("effective", ColumnKind.UInt64),
        Json("expected", ColumnKind.Float64),
        Json("expected_low", ColumnKind.UInt64, from: "expected_interval.low"),
        Json("expected_high", ColumnKind.UInt64, from: "expected_interval.high"),
        Json("p_value", ColumnKind.Float64),
        Json("posts", ColumnKind.UInt64),
        Json("negative_share", ColumnKind.Float64),
        Json("usual_share", ColumnKind.Float64),
        Json("channels", ColumnKind.Texts),
        Json("languages", ColumnKind.Texts),
        Json("top_terms", ColumnKind.Texts),
        Json("duplicate_share", ColumnKind.Float64),
        Json("author_share", ColumnKind.Float64),
        Json("opened_at", ColumnKind.Time),
        Json("first_seen", ColumnKind.Time),
        Json("last_seen", ColumnKind.Time),
        Json("suppressed", ColumnKind.UInt64),
        new TableColumn("document", ColumnKind.Text, Bulky: true),
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
        [_graph, Header("operator", ColumnKind.Word), .. Original(), Header("error", ColumnKind.Text), _writtenAt, _version],
        ["graph", "source", "source_partition", "source_offset", "operator"],
        null,
        "written_at",
        [new ViewDefinition("refused_posts", ViewDefinition.Plain("source", "source_partition", "source_offset", "operator", "error", "key", "payload", "graph", "written_at"))]);

    private static readonly TableDefinition _lateRecords = new(
        StreamKind.Late,
        "late_records",
        [_graph, Header("operator", ColumnKind.Word), .. Original(), Header("event_time", ColumnKind.Time), Header("watermark", ColumnKind.Time), _writtenAt, _version],
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
            Json("brand", ColumnKind.Word),
            Json("time", ColumnKind.Time, required: true),
            Json("id", ColumnKind.Text, required: true),
            Json("channel", ColumnKind.Word),
            Json("language", ColumnKind.Word),
            Json("author", ColumnKind.Text),
            Json("text", ColumnKind.Text) with { Bulky = true },
            Json("reach", ColumnKind.UInt64),
            Json("sentiment", ColumnKind.Word),
            Json("score", ColumnKind.Float64),
            new TableColumn("document", ColumnKind.Text, Bulky: true),
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

    private static TableColumn Json(string name, ColumnKind kind, string? from = null, bool required = false) => new(name, kind, from ?? name, required);

    private static TableColumn Header(string name, ColumnKind kind, string? from = null) => new(name, kind, OriginalRecordReader.HeaderPrefix + (from ?? name));

    private static IEnumerable<TableColumn> Original() =>
    [
        Header("source", ColumnKind.Word),
        Header("source_partition", ColumnKind.UInt32, "partition"),
        Header("source_offset", ColumnKind.Int64, "offset"),
        new TableColumn("key", ColumnKind.Text),
        new TableColumn("payload", ColumnKind.Text, Bulky: true),
    ];
}
