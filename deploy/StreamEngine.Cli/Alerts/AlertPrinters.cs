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
        var colour = alert.State == "resolved" ? "green" : alert.Severity >= 7 ? "red" : alert.Severity >= 4 ? "yellow" : "silver";
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"[grey]{Markup.Escape(alert.From)}[/] [bold {colour}]{Markup.Escape(alert.State),-9} {alert.Severity,2}[/] [bold]{Markup.Escape(alert.Brand)}[/]");
        if (alert.Observed is { } observed)
        {
            line.Append(CultureInfo.InvariantCulture, $"  {observed:0.#} negative");
            if (alert.Expected is { } expected)
            {
                line.Append(CultureInfo.InvariantCulture, $", {expected:0.#} expected");
            }
        }

        if (alert.NegativeShare is { } share)
        {
            line.Append(CultureInfo.InvariantCulture, $", share {share * 100:0}%");
        }

        if (alert.Terms.Count > 0)
        {
            line.Append("  ").Append(Markup.Escape(string.Join(", ", alert.Terms)));
        }

        line.Append(CultureInfo.InvariantCulture, $"  [grey]{Markup.Escape(alert.Incident)}[/]");
        _console.MarkupLine(line.ToString());
        if (alert.Sample is { Length: > 0 } sample)
        {
            _console.MarkupLine($"    [grey]“{Markup.Escape(sample.ReplaceLineEndings(" "))}”[/]");
        }
    }
}
