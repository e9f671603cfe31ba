using System.Text.Json;

namespace StreamEngine.Cli.Alerts;

/// <summary>What a person reads of an alert document (schemas/alert.v1.json). What a document does not hold is empty or 0.</summary>
internal sealed record AlertView
{
    private const int MostTerms = 6;

    public required string Incident { get; init; }

    public required string State { get; init; }

    public required string Brand { get; init; }

    public required string Kind { get; init; }

    public int Severity { get; init; }

    /// <summary>When the last post was written that it knows of.</summary>
    public DateTimeOffset At { get; init; }

    public double Observed { get; init; }

    /// <summary>Of <see cref="Observed"/>, as many as were judged.</summary>
    public double Effective { get; init; }

    public double Expected { get; init; }

    public double NegativeShare { get; init; }

    public double UsualShare { get; init; }

    public double DuplicateShare { get; init; }

    public double AuthorShare { get; init; }

    /// <summary>The most telling terms.</summary>
    public required IReadOnlyList<string> Terms { get; init; }

    /// <summary>The most negative of the sample posts.</summary>
    public required string Sample { get; init; }

    /// <summary>Whether the incident goes on.</summary>
    public bool IsOpen => State != "resolved";

    /// <summary>The posts that it is about, in a word.</summary>
    public string Subject => Kind == "praise" ? "positive" : "negative";

    /// <summary>Reads a document; null where it is no JSON object, or its words are no Unicode text.</summary>
    public static AlertView? Read(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AlertView Read(JsonElement alert) => new()
    {
        Incident = Text(alert, "incident_id"),
        State = Text(alert, "state"),
        Brand = Text(alert, "brand"),
        Kind = Text(alert, "kind"),
        Severity = (int)Number(alert, "severity"),
        At = alert.TryGetProperty("last_seen", out var seen) && seen.ValueKind == JsonValueKind.String && seen.TryGetDateTimeOffset(out var time) ? time : default,
        Observed = Number(alert, "observed"),
        Effective = alert.TryGetProperty("effective", out _) ? Number(alert, "effective") : Number(alert, "observed"),
        Expected = Number(alert, "expected"),
        NegativeShare = Number(alert, "negative_share"),
        UsualShare = Number(alert, "usual_share"),
        DuplicateShare = Number(alert, "duplicate_share"),
        AuthorShare = Number(alert, "author_share"),
        Terms = [.. Items(alert, "top_terms").Select(term => Text(term, "term")).Where(term => term.Length > 0).Take(MostTerms)],
        Sample = Items(alert, "samples").OrderBy(post => Number(post, "score")).Select(post => Text(post, "text")).FirstOrDefault() ?? "",
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement alert, string name) =>
        alert.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static double Number(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
