using System.Text.Json;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos.Oracle;

/// <summary>An alert as a reader of the topic sees it.</summary>
internal sealed record SeenAlert(string Incident, string Brand, int Sequence, string State)
{
    public static SeenAlert Read(byte[] document)
    {
        using var json = JsonDocument.Parse(document);
        string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
        return new SeenAlert(Text("incident_id"), Text("brand"), json.RootElement.GetProperty("sequence").GetInt32(), Text("state"));
    }
}

/// <summary>
/// Whether alerts are told as they should be: of each incident first that it opens, then each change, last that it is resolved, each once,
/// in order of sequence; of a brand one incident at a time.
/// </summary>
internal static class AlertCheck
{
    /// <summary>Checks the topic, after the end of every incident, and the view of it; the number of incidents.</summary>
    public static async Task<int> Run(string bootstrap, Names names, bool expectIncidents, Database database, Verdict verdict)
    {
        var alerts = TopicReader.All(bootstrap, names.Alerts).Select(read => SeenAlert.Read(read.Message.Value!)).ToList();
        var incidents = Told(alerts, verdict);
        if (expectIncidents && incidents == 0)
        {
            verdict.Differs($"{names.Alerts}: there were crises and no incident");
        }

        var rows = new List<string>();
        await foreach (var row in database.Query($"SELECT incident_id, brand, sequence, state FROM alert_history WHERE graph = '{names.Graph}'"))
        {
            rows.Add(string.Join(' ', row));
        }

        var told = alerts.ConvertAll(a => $"{a.Incident} {a.Brand} {a.Sequence} {a.State}");
        foreach (var alert in told.Concat(rows).Distinct().Where(a => told.Count(t => t == a) != rows.Count(r => r == a)))
        {
            verdict.Differs($"alert_history: '{alert}' stands there {rows.Count(r => r == alert)} times and was told {told.Count(t => t == alert)} times");
        }

        return incidents;
    }

    /// <summary>Checks alerts in the order in which they were seen; the number of incidents.</summary>
    public static int Told(IEnumerable<SeenAlert> alerts, Verdict verdict)
    {
        var known = new HashSet<string>();
        var open = new Dictionary<string, SeenAlert>();
        foreach (var alert in alerts)
        {
            var last = open.GetValueOrDefault(alert.Brand);
            var rightOrder = last is null
                ? alert is { Sequence: 1, State: "open" } && known.Add(alert.Incident)
                : alert.Incident == last.Incident && alert.Sequence == last.Sequence + 1 && alert.State is "escalated" or "resolved";
            if (!rightOrder)
            {
                verdict.Differs($"alerts: {alert} came after {last?.ToString() ?? "no open incident"}");
            }

            if (alert.State == "resolved")
            {
                open.Remove(alert.Brand);
            }
            else
            {
                open[alert.Brand] = alert;
            }
        }

        foreach (var alert in open.Values)
        {
            verdict.Differs($"alerts: {alert} was never resolved");
        }

        return known.Count;
    }
}
