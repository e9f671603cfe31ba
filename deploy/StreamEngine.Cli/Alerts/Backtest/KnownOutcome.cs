using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>A backtest against known incidents.</summary>
/// <param name="Known">How many are known.</param>
/// <param name="Delays">Minutes from the start of each one found to the end of the window that opened an incident, ascending.</param>
/// <param name="FalseAlarms">Incidents that belong to none of them.</param>
internal sealed record KnownOutcome(int Known, IReadOnlyList<double> Delays, int FalseAlarms)
{
    public static KnownOutcome Of(BacktestRun run, IReadOnlyList<KnownIncident> known, long windowSize)
    {
        bool Belongs(BacktestAlert alert, KnownIncident incident) =>
            alert.Brand == incident.Brand && alert.OpenedAt + windowSize > incident.Start.ToUnixTimeMilliseconds() && alert.OpenedAt <= incident.End.ToUnixTimeMilliseconds();

        var opened = run.Incidents.ToList();
        var delays = known.Select(k => opened.FirstOrDefault(o => Belongs(o, k)) is { } found ? (found.OpenedAt + windowSize - k.Start.ToUnixTimeMilliseconds()) / 60_000.0 : (double?)null);
        return new KnownOutcome(known.Count, [.. delays.OfType<double>().Order()], opened.Count(o => !known.Any(k => Belongs(o, k))));
    }
}
