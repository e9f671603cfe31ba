using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Connectors.ClickHouse;

/// <summary>How a writer writes.</summary>
public sealed record ClickHouseSettings
{
    /// <summary>The server.</summary>
    public ClickHouseConnection Connection { get; init; } = new();

    /// <summary>The database that holds the tables.</summary>
    /// <value>Default <c>default</c>.</value>
    public string Database { get; init; } = "default";

    /// <summary>What the names of tables and views start with.</summary>
    /// <value>Default: nothing.</value>
    public string TablePrefix { get; init; } = "";

    /// <summary>Whether missing databases, tables, columns and views are made.</summary>
    /// <value>Default: true.</value>
    public bool CreateTables { get; init; } = true;

    /// <summary>How long rows are kept; <see langword="null"/> for ever.</summary>
    /// <value>Default: for ever. Servers before 19.6 keep them for ever.</value>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The format of inserts; <see langword="null"/>: Native, and RowBinary from when a server refuses that.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public WireFormat? Format { get; init; }

    /// <summary>Whether inserts are packed by gzip.</summary>
    /// <value>Default: true.</value>
    public bool Compress { get; init; } = true;

    /// <summary>The most rows of one insert.</summary>
    /// <value>Default 50,000.</value>
    public int BatchRows { get; init; } = 50_000;

    /// <summary>How often rows should be flushed when they come slowly.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of rows that bring a flush forward: while it lasts, no further row is taken in.</summary>
    /// <value>Default 64 MB.</value>
    public long MaxPendingBytes { get; init; } = 64 << 20;

    /// <summary>The longest wait between two attempts while the server is down.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);
}
