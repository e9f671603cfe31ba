using System.CommandLine;
using System.CommandLine.Invocation;
using StreamEngine.Cli.Alerts;
using StreamEngine.Cli.Demo;
using StreamEngine.Cli.Embedded;
using StreamEngine.Cli.Graphs;
using StreamEngine.Cli.Produce;
using StreamEngine.Cli.Text;

namespace StreamEngine.Cli;

internal static class Program
{
    // Services stop cleanly within this after Ctrl-C or SIGTERM.
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(30);

    private static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("StreamEngine reads social posts from Kafka and tells, within a second, which brand a crisis is building around.")
        {
            DemoCommand.Create(),
            RunCommand.Create(),
            ValidateCommand.Create(),
            ExplainCommand.Create(),
            TestCommand.Create(),
            SavepointCommand.Create(),
            OperatorsCommand.Create(),
            ProduceCommand.Create(),
            AlertsCommand.Create(),
            EmbeddedCommand.Create(),
            SentimentCommand.Create(),
            LanguageCommand.Create(),
        };
        HelpNotes.Install(root);
        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction wrongUsage)
            wrongUsage.ShowHelp = false;
        try
        {
            int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = _stopTimeout, EnableDefaultExceptionHandler = false });
            return parsed.Action is ParseErrorAction ? ExitCode.Usage : code;
        }
        catch (IOException error)
        {
            // What commands read and write themselves they tell themselves: this is the place that their results go to.
            await Console.Error.WriteLineAsync("streamengine: " + error.Message);
            return ExitCode.Failed;
        }
    }
}
