namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>How to reach a server.</summary>
public sealed record ClickHouseConnection
{
    /// <summary>The address of its HTTP interface.</summary>
    /// <value>Default <c>http://localhost:8123/</c>.</value>
    public Uri Url { get; init; } = new("http://localhost:8123/");

    /// <summary>The user.</summary>
    /// <value>Default <c>default</c>.</value>
    public string User { get; init; } = "default";

    /// <summary>The password; sent in a header, never part of a message or log.</summary>
    /// <value>Default: none.</value>
    public string Password { get; init; } = "";

    /// <summary>A PEM file with the certificates of the authorities that are trusted, instead of the machine's.</summary>
    /// <value>Default: the machine's.</value>
    public string? CertificateAuthorities { get; init; }

    /// <summary>Whether any certificate of the server is taken. For trials only.</summary>
    /// <value>Default: false.</value>
    public bool TrustAnyCertificate { get; init; }

    /// <summary>The longest a request may take.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The connection without its password.</summary>
    public override string ToString() => $"{User}@{Url}";
}
