using System.Globalization;
using System.Text;
using Spectre.Console;

namespace StreamEngine.Cli.Alerts;

/// <summary>How alerts are shown.</summary>
internal interface IAlertPrinter
{
    /// <summary>Shows one.</summary>
    void Print(AlertView alert, ReadOnlySpan<byte> document);
}

/// <summary>One JSON document per line, as it came.</summary>
internal sealed class JsonAlertPrinter(TextWriter output) : IAlertPrinter
{
    public void Print(AlertView alert, ReadOnlySpan<byte> document) => output.WriteLine(Encoding.UTF8.GetString(document).ReplaceLineEndings(" "));
}

/// <summary>One line per alert and one with a post, in colours where the terminal has them.</summary>
internal sealed class LineAlertPrinter : IAlertPrinter
{
    /// <summary>Posts are called repetitive where fewer than this part of them counts.</summary>
    private const double Repetitive = 0.7;

    private readonly IAnsiConsole _console;

    public LineAlertPrinter(TextWriter output)
    {
        // NO_COLOR and terminals without colours are seen to by Spectre.
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = output == Console.Out && !Console.IsOutputRedirected ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (output != Console.Out || Console.IsOutputRedirected)
        {
            _console.Profile.Width = int.MaxValue;
        }
    }

    public void Print(AlertView alert, ReadOnlySpan<byte> document)
    {
        var colour = !alert.IsOpen || alert.Kind == "praise" ? "green" : alert.Severity >= 7 ? "red" : alert.Severity >= 4 ? "yellow" : "silver";
        _console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[grey]{alert.At.UtcDateTime:yyyy-MM-dd HH:mm'Z'}[/] [bold {colour}]{Markup.Escape(alert.State),-9} {alert.Severity,2}[/] [bold]{Markup.Escape(alert.Brand)}[/]  {Markup.Escape(Reason(alert))}  [grey]{Markup.Escape(alert.Incident)}[/]"));
        if (alert.Sample.Length > 0)
        {
            _console.MarkupLine($"    [grey]“{Markup.Escape(alert.Sample.ReplaceLineEndings(" "))}”[/]");
        }
    }

    /// <summary>Why there is an alert, in one line without the brand.</summary>
    public static string Reason(AlertView alert)
    {
        var text = new StringBuilder(alert.IsOpen ? "" : "nothing unusual since; at last ");
        text.Append(CultureInfo.InvariantCulture, $"{alert.Observed:N0} {alert.Subject} posts, {alert.Expected:0.#} expected; {alert.NegativeShare * 100:N0} % of all, usually {alert.UsualShare * 100:N0} %");
        if (alert.Effective < alert.Observed * Repetitive)
        {
            text.Append(CultureInfo.InvariantCulture, $"; repetitive: counts as {alert.Effective:N0}, {alert.DuplicateShare * 100:N0} % near-copies, {alert.AuthorShare * 100:N0} % by three authors");
        }

        if (alert.Terms.Count > 0)
        {
            text.Append("; says ").AppendJoin(", ", alert.Terms);
        }

        return text.ToString();
    }
}
