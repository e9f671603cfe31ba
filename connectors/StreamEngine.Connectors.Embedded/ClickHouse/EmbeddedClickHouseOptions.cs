namespace StreamEngine.Connectors.Embedded;

/// <summary>Settings of an embedded ClickHouse.</summary>
public sealed record EmbeddedClickHouseOptions
{
    /// <summary>The environment variable from which the program takes the password when none is given.</summary>
    public const string PasswordVariable = "STREAMENGINE_CLICKHOUSE_PASSWORD";

    /// <summary>The folder that holds the tables; created when missing, used by one process at a time.</summary>
    public required string DataPath { get; init; }

    /// <summary>The address to listen on.</summary>
    /// <value>Default 127.0.0.1: reachable from this machine only.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port of the HTTP interface.</summary>
    /// <value>Default 0: a free port.</value>
    public int Port { get; init; }

    /// <summary>The one user that may connect.</summary>
    /// <value>Default <c>default</c>, as a server's.</value>
    public string User { get; init; } = "default";

    /// <summary>That user's password.</summary>
    /// <value>Default empty: no password.</value>
    public string Password { get; init; } = "";

    /// <summary>How many queries run at once; further ones wait.</summary>
    /// <value>Default 64.</value>
    public int MaxConcurrentQueries { get; init; } = 64;
}
