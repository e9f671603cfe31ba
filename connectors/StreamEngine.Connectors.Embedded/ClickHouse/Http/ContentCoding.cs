using System.IO.Compression;

namespace StreamEngine.Connectors.Embedded;

/// <summary>Compression of bodies by HTTP's content codings: gzip, deflate, br.</summary>
internal static class ContentCoding
{
    private static readonly string[] _offered = ["gzip", "deflate", "br"];

    /// <summary>A stream that undoes the coding of a request's body.</summary>
    /// <exception cref="ClickHouseException">The coding is not known.</exception>
    public static Stream Decode(Stream body, string coding) => coding.Trim().ToLowerInvariant() switch
    {
        "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => throw ClickHouseException.NotImplemented($"Unknown compression method '{coding}'. Only {string.Join(", ", _offered)} are supported by the embedded ClickHouse"),
    };

    /// <summary>The coding to use for a client that sent this Accept-Encoding, or null for none.</summary>
    public static string? Choose(string acceptEncoding)
    {
        string[] accepted = [.. acceptEncoding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(entry => !entry.Replace(" ", "", StringComparison.Ordinal).EndsWith(";q=0", StringComparison.Ordinal))
            .Select(entry => entry.Split(';')[0].TrimEnd())];
        return Array.Find(_offered, offer => accepted.Contains(offer, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>A stream that applies a coding from <see cref="Choose"/>; disposing it does not close the body.</summary>
    public static Stream Encode(Stream body, string coding) => coding switch
    {
        "gzip" => new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true),
        "br" => new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true),
        _ => throw new ArgumentOutOfRangeException(nameof(coding), coding, "not an offered coding"),
    };
}
