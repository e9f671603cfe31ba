using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Connectors.Webhook;

/// <summary>An alert that waits to be posted: the document as it came, and what it is known by.</summary>
/// <param name="IncidentId">The incident.</param>
/// <param name="Sequence">The number of the alert within the incident.</param>
/// <param name="Severity">1 to 10.</param>
/// <param name="Document">The JSON document.</param>
internal sealed record WebhookAlert(string IncidentId, long Sequence, long Severity, byte[] Document)
{
    /// <summary>What a receiver knows repetitions by: the same for the same alert, always.</summary>
    public string IdempotencyKey => string.Create(CultureInfo.InvariantCulture, $"{IncidentId}-{Sequence}");

    /// <summary>Reads an alert document.</summary>
    /// <exception cref="FormatException">It is no alert.</exception>
    public static WebhookAlert Read(ReadOnlySpan<byte> document)
    {
        try
        {
            var bytes = document.ToArray();
            using var json = JsonDocument.Parse(bytes);
            var alert = json.RootElement;
            return alert.ValueKind == JsonValueKind.Object
                && alert.TryGetProperty("incident_id", out var id) && id.ValueKind == JsonValueKind.String && IsToken(id.GetString()!)
                && alert.TryGetProperty("sequence", out var sequence) && sequence.ValueKind == JsonValueKind.Number && sequence.TryGetInt64(out var number)
                && alert.TryGetProperty("severity", out var severity) && severity.ValueKind == JsonValueKind.Number && severity.TryGetInt64(out var grade)
                ? new WebhookAlert(id.GetString()!, number, grade, bytes)
                : throw new FormatException("it is no alert: incident_id, sequence or severity is missing");
        }
        catch (JsonException error)
        {
            throw new FormatException($"it is no alert: {error.Message}", error);
        }
    }

    /// <summary>Whether a text may stand in a header.</summary>
    private static bool IsToken(string text) => text.Length is > 0 and <= 200 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
