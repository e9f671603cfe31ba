using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>The kinds of real server that tests run against.</summary>
public enum ServerKind
{
    /// <summary>The embedded ClickHouse, in its process: a recent version.</summary>
    Embedded,

    /// <summary>Debian's <c>clickhouse-server</c>, 18.16: the oldest that is served.</summary>
    Debian,
}

/// <summary>A real server of a test's own, which keeps its port and its data when it is killed and started again.</summary>
public abstract class ClickHouseServer : IAsyncDisposable
{
    /// <summary>A user that needs a password, beside <c>default</c>, where there is one.</summary>
    public const string Password = "pässword 'with\" marks";

    protected TempFolder Folder { get; } = new();

    protected int Port { get; } = FreePort.Next();

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    public ClickHouseConnection Connection => new() { Url = Url, Password = HasPassword ? Password : "" };

    public bool HasPassword { get; init; }

    public static ClickHouseServer Create(ServerKind kind, bool hasPassword = false) =>
        kind == ServerKind.Debian ? new DebianClickHouse { HasPassword = hasPassword } : new EmbeddedServer { HasPassword = hasPassword };

    public static async Task<ClickHouseServer> StartAsync(ServerKind kind, bool hasPassword = false)
    {
        var server = Create(kind, hasPassword);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it and waits until it serves.</summary>
    public abstract Task StartAsync();

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public abstract Task KillAsync();

    /// <summary>Settings for a database of a test's own.</summary>
    public ClickHouseSettings Settings(string database) => new()
    {
        Connection = Connection with { Timeout = TimeSpan.FromSeconds(20) },
        Database = database,
        MaxRetryDelay = TimeSpan.FromMilliseconds(200),
    };

    public async Task<ClickHouseResult> QueryAsync(string sql)
    {
        using var client = new ClickHouseClient(Connection, TimeProvider.System);
        return await client.QueryAsync(sql, CancellationToken.None);
    }

    public async Task ExecuteAsync(string sql)
    {
        using var client = new ClickHouseClient(Connection, TimeProvider.System);
        await client.ExecuteAsync(sql, CancellationToken.None);
    }

    /// <summary>All rows of a query as text, values joined by <c>|</c>.</summary>
    public async Task<string[]> RowsAsync(string sql) => [.. (await QueryAsync(sql)).Rows.Select(row => string.Join('|', row))];

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
