namespace StreamEngine.Cli.Alerts;

/// <summary>Which alerts are shown.</summary>
/// <param name="Brands">These, compared without case; empty = all.</param>
/// <param name="MinSeverity">This and above.</param>
internal sealed record AlertFilter(IReadOnlyCollection<string> Brands, int MinSeverity)
{
    public bool Passes(AlertView alert) =>
        alert.Severity >= MinSeverity && (Brands.Count == 0 || Brands.Contains(alert.Brand, StringComparer.OrdinalIgnoreCase));
}
