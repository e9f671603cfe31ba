using System.Globalization;
using System.Text.Json;

namespace StreamEngine.Cli.Demo;

/// <summary>What the demo shows of an alert; <c>schemas/alert.v1.json</c> describes the whole.</summary>
internal sealed record AlertLine
{
    public required string IncidentId { get; init; }

    public required string State { get; init; }

    public required string Brand { get; init; }

    public int Severity { get; init; }

    /// <summary>When the last post was written that it knows of.</summary>
    public DateTimeOffset At { get; init; }

    public double Observed { get; init; }

    public double Expected { get; init; }

    public double NegativeShare { get; init; }

    public double UsualShare { get; init; }

    public string Sample { get; init; } = "";

    /// <summary>Whether the incident goes on.</summary>
    public bool IsOpen => State != "resolved";

    /// <summary>Reads an alert.</summary>
    public static AlertLine Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        string Text(string name) => root.GetProperty(name).GetString()!;
        return new AlertLine
        {
            IncidentId = Text("incident_id"),
            State = Text("state"),
            Brand = Text("brand"),
            Severity = root.GetProperty("severity").GetInt32(),
            At = DateTimeOffset.Parse(Text("last_seen"), CultureInfo.InvariantCulture),
            Observed = root.GetProperty("observed").GetDouble(),
            Expected = root.GetProperty("expected").GetDouble(),
            NegativeShare = root.GetProperty("negative_share").GetDouble(),
            UsualShare = root.GetProperty("usual_share").GetDouble(),
            Sample = root.GetProperty("samples").EnumerateArray().OrderBy(s => s.GetProperty("score").GetDouble()).Select(s => s.GetProperty("text").GetString()).FirstOrDefault() ?? "",
        };
    }
}
