using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>A backtest against known incidents.</summary>
/// <param name="Known">Those that are known, each with the minutes from its start to the end of the window that opened an incident; <see langword="null"/>: missed.</param>
/// <param name="FalseAlarms">Incidents that belong to none of them.</param>
internal sealed record KnownOutcome(IReadOnlyList<(KnownIncident Incident, double? Delay)> Known, int FalseAlarms)
{
    /// <summary>After how many minutes those were found that were, shortest first.</summary>
    public IReadOnlyList<double> Delays { get; } = [.. Known.Select(k => k.Delay).OfType<double>().Order()];

    public static KnownOutcome Of(BacktestRun run, IReadOnlyList<KnownIncident> known, long windowSize)
    {
        bool Belongs(BacktestAlert alert, KnownIncident incident) =>
            alert.Brand == incident.Brand && alert.OpenedAt + windowSize > incident.Start.ToUnixTimeMilliseconds() && alert.OpenedAt <= incident.End.ToUnixTimeMilliseconds();

        var opened = run.Incidents.ToList();
        var delays = known.Select(k => (k, opened.FirstOrDefault(o => Belongs(o, k)) is { } found ? (found.OpenedAt + windowSize - k.Start.ToUnixTimeMilliseconds()) / 60_000.0 : (double?)null));
        return new KnownOutcome([.. delays], opened.Count(o => !known.Any(k => Belongs(o, k))));
    }
}
