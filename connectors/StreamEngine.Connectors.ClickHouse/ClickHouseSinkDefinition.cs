using System.Collections.Immutable;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse;

/// <summary><c>clickhouse</c>: windows, alerts, dead letters, late posts and posts as tables and views in ClickHouse.</summary>
public sealed class ClickHouseSinkDefinition : SinkDefinition
{
    private const string Native = "native", RowBinary = "rowbinary", Auto = "auto";

    private static readonly ClickHouseSettings _defaults = new();

    /// <summary>Fifty years: rows expire at a DateTime, which ends in 2106 and begins again in 1970 behind that.</summary>
    private static readonly TimeSpan _longestTtl = TimeSpan.FromDays(18_250);

    private static readonly Option<string> _url = Option.Text("url", "address of the HTTP interface, http:// or https://", _defaults.Connection.Url.ToString());
    private static readonly Option<string> _database = Option.Text("database", "database of the tables; made where it is missing", _defaults.Database);
    private static readonly Option<string> _user = Option.Text("user", "user", _defaults.Connection.User);
    private static readonly Option<string> _password = Option.Text("password", "password; best as ${CLICKHOUSE_PASSWORD}, from the environment", "");
    private static readonly Option<string?> _authorities = Option.OptionalPath("tls_ca", "PEM file with the authorities that the server's certificate must come from; absent: the machine's");
    private static readonly Option<bool> _anyCertificate = Option.Flag("tls_insecure", "take any certificate of the server, for trials only");
    private static readonly Option<TimeSpan> _timeout = Option.Duration("timeout", "longest time of one request", _defaults.Connection.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
    private static readonly Option<string> _prefix = Option.Text("table_prefix", "what the names of tables and views start with: letters, digits, _", "");
    private static readonly Option<bool> _create = Option.Flag("create_tables", "make the database, tables, columns and views that are missing; false: fail where they are", _defaults.CreateTables);
    private static readonly Option<TimeSpan?> _ttl = Option.OptionalDuration("ttl", "how long rows are kept, by event time (dead letters and late posts: since they were written); absent: for ever; needs ClickHouse 19.6", TimeSpan.FromMinutes(1), _longestTtl);
    private static readonly Option<string> _format = Option.Choice("format", "format of inserts; auto: native, and rowbinary from when a server refuses that", Auto, Auto, Native, RowBinary);
    private static readonly Option<bool> _gzip = Option.Flag("gzip", "pack inserts by gzip", _defaults.Compress);
    private static readonly Option<long> _batchRows = Option.Integer("batch_rows", "most rows of one insert", _defaults.BatchRows, 1, 1_000_000);
    private static readonly Option<TimeSpan> _flushEvery = Option.Duration("flush_every", "how often rows are inserted when they come slowly", _defaults.FlushEvery, TimeSpan.FromMilliseconds(10));
    private static readonly Option<long> _maxPending = Option.Integer("max_pending_bytes", "bytes of rows waiting in memory that bring an insert forward; nothing more is read while it lasts", _defaults.MaxPendingBytes, 1 << 20);
    private static readonly Option<TimeSpan> _maxRetryDelay = Option.Duration("max_retry_delay", "longest wait between two attempts while the server is down", _defaults.MaxRetryDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));

    /// <inheritdoc/>
    public override string Name => "clickhouse";

    /// <inheritdoc/>
    public override string Summary => "Writes windows, alerts, dead letters, late posts and posts into tables of ClickHouse, with views for readers.";

    /// <inheritdoc/>
    public override string Description => """
        Makes the tables sentiment_windows, alerts, dead_letters, late_records and scored_posts, as far as streams are taken that go there,
        and over them the views brand_sentiment, incidents, alert_history, refused_posts, late_posts and posts. Readers use the views.

        Delivery: at least once, as upserts. Tables are ReplacingMergeTree(version) on a key that a record always has again, each row is
        the complete state of its key, and views read with FINAL: a row that is sent twice counts once. Nothing is lost when the server or
        this program dies; what was not acknowledged is sent again.

        While the server is down, inserts are retried with growing, jittered pauses; nothing more is read meanwhile, so memory stays bounded. A wrong password,
        database or certificate is told with the reason and tried again every 15 s, while the rest of the graph goes on; a run that ends by
        itself (over a file, or with --until-idle) ends with it.
        """;

    /// <inheritdoc/>
    public override string Example => """
        sinks:
          - clickhouse:
              url: https://clickhouse.example.com:8443
              database: sentiment
              user: writer
              password: ${CLICKHOUSE_PASSWORD}
              ttl: 365d
        """;

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options =>
    [
        _url, _database, _user, _password, _authorities, _anyCertificate, _timeout, _prefix, _create, _ttl, _format, _gzip, _batchRows, _flushEvery,
        _maxPending, _maxRetryDelay,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Windows, StreamKind.Alerts, StreamKind.DeadLetters];

    /// <inheritdoc/>
    public override void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(problems);
        void Refuse(Option option, string message) => problems.Add(new GraphProblem(options.PositionOf(option), $"sink 'clickhouse': option '{option.Name}' {message}"));

        if (!Uri.TryCreate(options.Get(_url), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            Refuse(_url, "must be an address like http://localhost:8123");
        }
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0)
        {
            Refuse(_url, "must hold neither user nor parameters; use the options user, password and database");
        }
        else if (url.Scheme == "http" && (options.Get(_authorities) is not null || options.Get(_anyCertificate)))
        {
            Refuse(_url, "is http, but TLS options are given; write https");
        }

        if (options.Get(_authorities) is { } file && !File.Exists(file))
        {
            Refuse(_authorities, $"names {file}, which is not there");
        }

        if (options.Get(_database).Length == 0)
        {
            Refuse(_database, "must not be empty");
        }

        if (!options.Get(_prefix).All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            Refuse(_prefix, "may hold letters, digits and _ only");
        }

        foreach (var option in new[] { _user, _password })
        {
            if (options.Get(option).Any(char.IsControl))
            {
                Refuse(option, "holds a control character, such as the end of a line");
            }
        }
    }

    /// <inheritdoc/>
    public override ISinkWriter Create(SinkContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ClickHouseWriter(Settings(context.Options), context.Time, context.Logger);
    }

    /// <summary>What a graph's options say.</summary>
    public static ClickHouseSettings Settings(OptionSet options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ClickHouseSettings
        {
            Connection = new ClickHouseConnection
            {
                Url = new Uri(options.Get(_url)),
                User = options.Get(_user),
                Password = options.Get(_password),
                CertificateAuthorities = options.Get(_authorities),
                TrustAnyCertificate = options.Get(_anyCertificate),
                Timeout = options.Get(_timeout),
            },
            Database = options.Get(_database),
            TablePrefix = options.Get(_prefix),
            CreateTables = options.Get(_create),
            TimeToLive = options.Get(_ttl),
            Format = options.Get(_format) switch
            {
                Native => WireFormat.Native,
                RowBinary => WireFormat.RowBinary,
                _ => null,
            },
            Compress = options.Get(_gzip),
            BatchRows = (int)options.Get(_batchRows),
            FlushEvery = options.Get(_flushEvery),
            MaxPendingBytes = options.Get(_maxPending),
            MaxRetryDelay = options.Get(_maxRetryDelay),
        };
    }
}
