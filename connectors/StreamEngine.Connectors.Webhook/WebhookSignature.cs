using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamEngine.Connectors.Webhook;

/// <summary>
/// The signature of a request: <c>t=TIME,v1=HEX</c> with HEX = HMAC-SHA256(secret, TIME + "." + body) in lower case and TIME in seconds
/// since 1970. docs/webhook.md shows how a receiver checks it.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header that holds it.</summary>
    public const string Header = "X-StreamEngine-Signature";

    /// <summary>Signs a body.</summary>
    /// <param name="secret">The key, as text; its UTF-8 bytes are used.</param>
    /// <param name="time">When the request is sent.</param>
    /// <param name="body">The body's bytes as they are sent.</param>
    public static string Of(string secret, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        var seconds = time.ToUnixTimeSeconds();
        Span<byte> prefix = stackalloc byte[24];
        Utf8Formatter.TryFormat(seconds, prefix, out var length);
        prefix[length++] = (byte)'.';
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(prefix[..length]);
        hmac.AppendData(body);
        return string.Create(CultureInfo.InvariantCulture, $"t={seconds},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}");
    }
}
