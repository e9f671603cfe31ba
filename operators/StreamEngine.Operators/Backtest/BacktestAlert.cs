using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Operators;

/// <summary>An alert of a backtest.</summary>
/// <param name="Incident">The incident's id.</param>
/// <param name="State"><c>open</c>, <c>escalated</c> or <c>resolved</c>.</param>
/// <param name="Kind"><c>negative</c> or <c>praise</c>.</param>
/// <param name="Brand">The brand.</param>
/// <param name="Severity">1 to 10.</param>
/// <param name="OpenedAt">Start of the window that opened the incident, ms since 1970.</param>
/// <param name="WindowEnd">End of the window that the alert is about, ms since 1970: by then at the latest it was known.</param>
/// <param name="Observed">Posts of the kind in the window.</param>
/// <param name="Expected">What was usual.</param>
/// <param name="Document">The whole document.</param>
public sealed record BacktestAlert(
    string Incident, string State, string Kind, string Brand, int Severity, long OpenedAt, long WindowEnd, long Observed, double Expected, ReadOnlyMemory<byte> Document)
{
    /// <summary>Reads a document that <c>spikes</c> wrote.</summary>
    public static BacktestAlert Read(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document);
        var alert = json.RootElement;
        return new BacktestAlert(
            alert.GetProperty("incident_id").GetString()!, alert.GetProperty("state").GetString()!, alert.GetProperty("kind").GetString()!,
            alert.GetProperty("brand").GetString()!, alert.GetProperty("severity").GetInt32(), Milliseconds(alert.GetProperty("opened_at")),
            Milliseconds(alert.GetProperty("window").GetProperty("end")), alert.GetProperty("observed").GetInt64(), alert.GetProperty("expected").GetDouble(), document);
    }

    private static long Milliseconds(JsonElement time) =>
        DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
