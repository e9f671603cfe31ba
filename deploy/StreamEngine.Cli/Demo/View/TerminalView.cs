using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using StreamEngine.Cli.Alerts;

namespace StreamEngine.Cli.Demo;

/// <summary>The demo on a terminal: a board of the brands that is drawn anew, and the last alerts below it.</summary>
internal sealed class TerminalView : IDemoView
{
    private const int LinesWithoutAlerts = 14;
    private const int FewestAlerts = 2;
    private const int MostAlerts = 10;
    private const int WideEnough = 104;
    private const string Bars = "▁▂▃▄▅▆▇█";

    private readonly IAnsiConsole _console;
    private readonly Lock _lock = new();
    private readonly List<string> _alerts = [];
    private readonly ManualResetEventSlim _end = new();
    private IRenderable _board = new Markup("");
    private Thread? _drawing;
    private bool _changed;

    public TerminalView(IAnsiConsole console) => _console = console;

    public void Starting(string what) => _console.MarkupLineInterpolated($"[grey]{what}[/]");

    public void Alert(AlertView alert)
    {
        var colour = alert.IsOpen ? "red" : "green";
        lock (_lock)
        {
            _alerts.Add($"[{colour}]{Markup.Escape(OneLine(PlainView.Text(alert)))}[/]");
        }
    }

    public void Notice(string text)
    {
        lock (_lock)
        {
            _alerts.Add($"[yellow]{Markup.Escape(OneLine(text))}[/]");
        }
    }

    public void Show(DemoMoment moment)
    {
        var board = Board(moment);
        lock (_lock)
        {
            _board = board;
            _changed = true;
        }

        if (_drawing is null)
        {
            _drawing = new Thread(Draw) { IsBackground = true, Name = "demo.view" };
            _drawing.Start();
        }
    }

    /// <summary>Ends the drawing; the last board stays on the screen.</summary>
    public void Dispose()
    {
        _end.Set();
        _drawing?.Join();
    }

    private void Draw() => _console.Live(new Markup("")).AutoClear(false).Overflow(VerticalOverflow.Crop).Start(live =>
    {
        bool ended;
        do
        {
            ended = _end.Wait(100);
            lock (_lock)
            {
                if (_changed)
                {
                    live.UpdateTarget(_board);
                    _changed = false;
                }
            }
        }
        while (!ended);
    });

    private Rows Board(DemoMoment moment)
    {
        var cells = _console.Profile.Width >= WideEnough ? BrandBoard.Cells : BrandBoard.Cells / 2;
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey)
            .AddColumn("brand")
            .AddColumn(new TableColumn("posts").RightAligned())
            .AddColumn(new TableColumn("negative now").RightAligned())
            .AddColumn(new TableColumn("the day, [green]good[/] to [red]bad[/]").Width(cells))
            .AddColumn(new TableColumn("incident").Width(11));
        foreach (var brand in moment.Brands)
        {
            var colour = brand.IsRed ? "red" : "green";
            table.AddRow(
                new Markup($"[{colour}]● {Markup.Escape(brand.Name)}[/]"),
                new Markup(brand.All.Posts.ToString("N0", CultureInfo.InvariantCulture)),
                new Markup($"[{colour}]{(brand.Lately.NegativeShare * 100).ToString("N0", CultureInfo.InvariantCulture)} %[/]"),
                new Markup(Sparkline(brand, cells)),
                new Markup(brand.Incident is { } incident ? $"[red]severity {incident.Severity}[/]" : "[grey]-[/]"));
        }

        var head = string.Create(CultureInfo.InvariantCulture, $"[bold]{moment.Time}[/]  {Bar(moment.Progress, 40)}  {moment.Posts:N0} posts, {moment.PostsPerSecond:N0}/s");
        string[] alerts;
        lock (_lock)
        {
            alerts = [.. _alerts.TakeLast(Math.Clamp(_console.Profile.Height - LinesWithoutAlerts, FewestAlerts, MostAlerts))];
        }

        return new Rows([new Markup(head), table, .. alerts.Select(a => new Markup(a))]);
    }

    private string OneLine(string text)
    {
        var width = Math.Max(20, _console.Profile.Width - 1);
        return text.Length <= width ? text : text[..(width - 1)] + "…";
    }

    private static string Bar(double progress, int width)
    {
        var done = (int)Math.Round(progress * width);
        return $"[blue]{new string('━', done)}[/][grey]{new string('━', width - done)}[/]";
    }

    private static string Sparkline(BrandState brand, int cells)
    {
        var per = BrandBoard.Cells / cells;
        var tallies = Enumerable.Range(0, cells).Select(i => brand.Day.AsSpan(i * per, per).ToArray().Aggregate((a, b) => a + b)).ToArray();
        var most = Math.Max(1, tallies.Max(t => t.Posts));
        var line = new StringBuilder();
        foreach (var tally in tallies)
        {
            if (tally.Posts == 0)
            {
                line.Append(' ');
                continue;
            }

            var colour = tally.NegativeShare switch { >= 0.4 => "red", >= 0.3 => "yellow", _ => "green" };
            line.Append('[').Append(colour).Append(']').Append(Bars[(int)(tally.Posts * (Bars.Length - 1) / most)]).Append("[/]");
        }

        return line.ToString();
    }
}
