using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Cli.Alerts;

/// <summary>What a person reads of an alert document (schemas/alert.v1.json). Fields that are missing are left out.</summary>
internal sealed record AlertView(
    string Incident, string State, int Severity, string Brand, string From, string To, double? Observed, double? Expected, double? NegativeShare, IReadOnlyList<string> Terms, string? Sample)
{
    /// <summary>Reads a document; null where it is no JSON object.</summary>
    public static AlertView? Read(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AlertView Read(JsonElement alert)
    {
        var window = alert.TryGetProperty("window", out var found) ? found : default;
        return new AlertView(
            Text(alert, "incident_id"), Text(alert, "state"), (int)(Number(alert, "severity") ?? 0), Text(alert, "brand"),
            Time(window, "start"), Time(window, "end"), Number(alert, "observed"), Number(alert, "expected"), Number(alert, "negative_share"),
            [.. Items(alert, "terms", "top_terms").Select(term => Named(term, "term")).Take(5)],
            Items(alert, "samples", "sample_posts").Select(post => Named(post, "text")).FirstOrDefault());
    }

    private static string Named(JsonElement item, string name) => item.ValueKind == JsonValueKind.Object ? Text(item, name) : item.ToString();

    private static List<JsonElement> Items(JsonElement alert, params string[] names)
    {
        foreach (var name in names)
        {
            if (alert.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array)
            {
                return [.. items.EnumerateArray()];
            }
        }

        return [];
    }

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) ? value.ToString() : "";

    /// <summary>A number, also one inside an object with a <c>value</c>.</summary>
    private static double? Number(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.Object => Number(value, "value"),
            _ => null,
        };
    }

    private static string Time(JsonElement window, string name)
    {
        if (window.ValueKind != JsonValueKind.Object || !window.TryGetProperty(name, out var value))
        {
            return "";
        }

        return value.ValueKind == JsonValueKind.Number
            ? DateTimeOffset.FromUnixTimeMilliseconds(value.GetInt64()).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : value.ToString();
    }
}
