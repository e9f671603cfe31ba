using System.CommandLine;
using Spectre.Console;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Cli.Text;

/// <summary>What the text commands share: progress on standard error, and errors told as one line.</summary>
internal static class TextConsole
{
    /// <summary>Does something and tells a user's errors (files, data, models) by a line and exit code 1.</summary>
    public static int Guard(InvocationConfiguration console, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or MLNetModelException or OperationCanceledException)
        {
            console.Error.WriteLine("streamengine: " + (e is OperationCanceledException ? "stopped" : e.Message));
            return ExitCode.Failed;
        }
    }

    /// <summary>Shows a progress bar on standard error while something runs that reports the share done.</summary>
    public static T Progress<T>(InvocationConfiguration console, string what, Func<Action<double>, T> run)
    {
        var isFile = Console.IsErrorRedirected || console.Error != Console.Error;
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isFile ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isFile ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isFile ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(console.Error),
        });
        return screen.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: 1);
                var result = run(share => task.Value = share);
                task.Value = 1;
                return result;
            });
    }

    /// <summary>The path of a file that ships beside the program.</summary>
    public static string Shipped(string name) => Path.Combine(AppContext.BaseDirectory, "models", name);
}
