using System.CommandLine;
using System.CommandLine.Invocation;
using StreamEngine.Cli.Alerts;
using StreamEngine.Cli.Demo;
using StreamEngine.Cli.Embedded;
using StreamEngine.Cli.Graphs;
using StreamEngine.Cli.Produce;
using StreamEngine.Cli.Text;
using StreamEngine.Core.Graph;

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
            (wrongUsage.ShowHelp, wrongUsage.ShowTypoCorrections) = (false, false);
        try
        {
            int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = _stopTimeout, EnableDefaultExceptionHandler = false });
            if (parsed.Action is not ParseErrorAction)
                return code;
            if (Meant(parsed) is { } word)
                await Console.Error.WriteLineAsync($"Did you mean '{word}'?");
            return ExitCode.Usage;
        }
        catch (IOException error)
        {
            // What commands read and write themselves they tell themselves: this is the place that their results go to.
            await Console.Error.WriteLineAsync("streamengine: " + error.Message);
            return ExitCode.Failed;
        }
    }

    /// <summary>The command or option nearest to the first word that is none.</summary>
    private static string? Meant(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
            return null;
        var options = parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive));
        return NearestWord.Find(word, word.StartsWith('-') ? options.Select(option => option.Name) : parsed.CommandResult.Command.Subcommands.Select(command => command.Name));
    }
}
