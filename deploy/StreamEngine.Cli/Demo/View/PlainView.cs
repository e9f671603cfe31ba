using System.Diagnostics;
using System.Globalization;
using StreamEngine.Cli.Alerts;

namespace StreamEngine.Cli.Demo;

/// <summary>The demo as plain lines, for files, pipes and those who set NO_COLOR.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private string _shown = "";

    public void Starting(string what) => Write(what);

    public void Alert(AlertView alert) => Write(Text(alert));

    public void Notice(string text) => Write("! " + text);

    public void Show(DemoMoment moment)
    {
        if (_sinceShown.Elapsed < _every)
        {
            return;
        }

        _sinceShown.Restart();
        var red = string.Join(", ", moment.Brands.Where(b => b.IsRed).Select(Name));
        var green = string.Join(", ", moment.Brands.Where(b => !b.IsRed).Select(Name));
        var line = string.Create(CultureInfo.InvariantCulture, $"{moment.Time}  {moment.Posts,7:N0} posts  {(red.Length > 0 ? $"RED: {red}  " : "")}green: {green}");
        if (line != _shown)
        {
            _shown = line;
            Write(line);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>An alert in a line.</summary>
    public static string Text(AlertView alert) => alert.IsOpen
        ? string.Create(CultureInfo.InvariantCulture, $"{alert.At:HH:mm}  ALERT {alert.State}  {alert.Brand}, severity {alert.Severity}: {LineAlertPrinter.Reason(alert)}; “{alert.Sample}”")
        : string.Create(CultureInfo.InvariantCulture, $"{alert.At:HH:mm}  ALERT resolved  {alert.Brand}: nothing unusual since");

    private static string Name(BrandState brand) => string.Create(CultureInfo.InvariantCulture, $"{brand.Name} {brand.Lately.NegativeShare * 100:N0} %");

    private void Write(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
