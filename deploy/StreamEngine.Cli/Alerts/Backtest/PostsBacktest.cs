using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamEngine.Connectors.Files;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>Runs posts through a graph and sums up what it would have raised.</summary>
internal sealed class PostsBacktest(GraphBacktest backtest, string file, string? known, DrillOrder? order, InvocationConfiguration console)
{
    public int Run(bool json, CancellationToken stop)
    {
        var incidents = known is null ? null : KnownIncident.Read(known);
        var unknown = incidents?.Where(i => !backtest.Brands.Contains(i.Brand)).ToList() ?? [];
        foreach (var incident in unknown)
        {
            console.Error.WriteLine($"{known}:{incident.Line}: the graph has no brand '{incident.Brand}'{NearestWord.Hint(incident.Brand, backtest.Brands)}; name brands as the file of its operator 'match' does");
        }

        if (unknown.Count > 0)
        {
            return ExitCode.Usage;
        }

        var posts = LineReader.ReadFile(FilePaths.ToRead(file)).ToList();
        if (posts.Count == 0)
        {
            throw new InvalidDataException($"{file}: there are no posts");
        }

        var run = backtest.Run(posts, stop);
        var judged = incidents is null ? null : KnownOutcome.Of(run, incidents, backtest.WindowSize);
        var drilled = order is null ? null : Drills(posts, order, stop);
        if (json)
        {
            console.Output.WriteLine(JsonSerializer.Serialize(Summary(run, judged, drilled)));
        }
        else
        {
            Print(run, judged, drilled);
        }

        foreach (var line in run.Refused.Tell(run.Ledger.Consumed, "post", 1))
        {
            console.Error.WriteLine(line);
        }

        return run.Refused.Count < run.Ledger.Consumed ? ExitCode.Done : ExitCode.Failed;
    }

    private DrillOutcome Drills(List<ReadOnlyMemory<byte>> posts, DrillOrder wanted, CancellationToken stop)
    {
        console.Error.WriteLine($"drills: {wanted.Count} rises, seed {wanted.Seed}");
        var ground = new DrillGround(backtest, posts, wanted.LabelField, wanted.Volume, wanted.Seed, stop);
        if (ground.LeftOut > 0)
        {
            console.Error.WriteLine($"drills: {ground.LeftOut} of {posts.Count} posts are left out: each must be a JSON object without two properties of one name");
        }

        return ground.Run(wanted.Drill, wanted.Count, new Random(wanted.Seed), stop);
    }

    private static object Summary(BacktestRun run, KnownOutcome? judged, DrillOutcome? drilled) => new
    {
        ledger = new { consumed = run.Ledger.Consumed, counted = run.Ledger.Counted, unmatched = run.Ledger.Unmatched, late = run.Ledger.Late, dead = run.Ledger.Dead },
        incidents = run.Incidents.Select(open => new
        {
            incident_id = open.Incident,
            kind = open.Kind,
            brand = open.Brand,
            opened_at = Time(open.OpenedAt),
            severity = run.Alerts.Where(a => a.Incident == open.Incident).Max(a => a.Severity),
            observed = open.Observed,
            expected = open.Expected,
            alerts = run.Alerts.Count(a => a.Incident == open.Incident),
            resolved = run.Alerts.Any(a => a.Incident == open.Incident && a.State == "resolved"),
        }),
        known = judged is null ? null : new { incidents = judged.Known.Count, found = judged.Delays.Count, delays_minutes = judged.Delays, false_alarms = judged.FalseAlarms, each = judged.Known.Select(k => new { brand = k.Incident.Brand, start = k.Incident.Start, end = k.Incident.End, delay_minutes = k.Delay }) },
        drills = drilled is null ? null : new
        {
            factor = drilled.Drill.Factor,
            minutes = drilled.Drill.Minutes,
            sentiment = drilled.Drill.Sentiment,
            rises = drilled.Rises,
            found = drilled.Delays.Count,
            share = drilled.Share,
            median_delay_minutes = double.IsFinite(drilled.MedianDelay) ? drilled.MedianDelay : (double?)null,
        },
    };

    private void Print(BacktestRun run, KnownOutcome? judged, DrillOutcome? drilled)
    {
        var output = console.Output;
        foreach (var alert in run.Alerts)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Time(alert.WindowEnd)}  {alert.State,-9}  severity {alert.Severity,2}  {alert.Brand}: {alert.Observed} {alert.Kind}, {alert.Expected:F1} expected"));
        }

        output.WriteLine($"{run.Incidents.Count()} incidents, {run.Alerts.Count} alerts; posts: {run.Ledger}");
        if (judged is not null)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"known incidents: {judged.Delays.Count} of {judged.Known.Count} found, delays in minutes: {string.Join(", ", judged.Delays.Select(d => d.ToString("F0", CultureInfo.InvariantCulture)))}; {judged.FalseAlarms} others raised"));
            foreach (var (incident, delay) in judged.Known)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Time(incident.Start.ToUnixTimeMilliseconds())}  {incident.Brand}: {(delay is { } minutes ? $"found after {minutes:F0} minutes" : "missed")}"));
            }
        }

        if (drilled is not null)
        {
            var median = double.IsFinite(drilled.MedianDelay) ? string.Create(CultureInfo.InvariantCulture, $"median delay {drilled.MedianDelay:F1} minutes") : "fewer than half of them";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"drills, {drilled.Drill.Sentiment} x{drilled.Drill.Factor} over {drilled.Drill.Minutes} minutes: {drilled.Delays.Count} of {drilled.Rises} found, {median}"));
        }
    }

    private static string Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
