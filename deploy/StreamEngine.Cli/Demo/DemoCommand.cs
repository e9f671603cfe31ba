using System.CommandLine;
using Spectre.Console;
using StreamEngine.Connectors.Embedded;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.State;

namespace StreamEngine.Cli.Demo;

/// <summary><c>streamengine demo</c>.</summary>
internal static class DemoCommand
{
    private const string Description = "Replay a scripted day of posts about six brands, one of them in a crisis, through embedded Kafka and ClickHouse.";

    private const string Notes =
        """
        The whole way of a post, on this machine and with nothing to set up: Kafka (in memory) -> graphs/demo.yaml -> ClickHouse
        (embedded), with alerts on a topic. The brands do not exist; the posts are written for the demo in Dutch, Italian, Polish
        and English: a crisis, a wave of praise, a slow burn, ordinary chatter, posts that come late and posts that are broken.

        A brand is red while an incident is open or 45 % of what was said about it in the last half hour is negative. At the end:
        the day as ClickHouse has it, and the ledger, which must add up to what was sent.

        Exit codes: 0 the day went through whole, 1 it did not, or was stopped.

        Examples:
          streamengine demo
          streamengine demo --duration 1m           # slower, to watch
          streamengine demo --keep ./demo           # keep ClickHouse's tables
        """;

    public static Command Create()
    {
        var duration = new Option<string>("--duration") { Description = "How long the day takes, e.g. 20s or 5m.", HelpName = "DURATION", DefaultValueFactory = _ => "20s" };
        duration.Validators.Add(result =>
        {
            if (!Durations.TryParse(result.GetValueOrDefault<string>(), out var value) || value < TimeSpan.FromSeconds(1))
            {
                result.AddError("--duration must be a duration of at least 1s, like 20s or 5m.");
            }
        });
        var seed = NumberOption.Of("--seed", "Another seed gives other posts of the same day.", 1, seed => true, "a whole number");
        var keep = new Option<string?>("--keep") { Description = "Keep ClickHouse's tables in this folder. [default: a temporary folder, removed at the end]", HelpName = "DIR" };
        var command = new Command("demo", Description) { duration, seed, keep };
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) =>
        {
            _ = Durations.TryParse(parsed.GetValue(duration), out var length);
            return RunAsync(new DemoOptions(length, parsed.GetValue(seed), parsed.GetValue(keep)), parsed.InvocationConfiguration, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, InvocationConfiguration streams, CancellationToken stop)
    {
        var isPlain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || !AnsiConsole.Profile.Capabilities.Ansi;
        var console = isPlain ? PlainConsole(streams.Output) : AnsiConsole.Console;
        using IDemoView view = isPlain ? new PlainView(streams.Output) : new TerminalView(console);
        try
        {
            await new DemoRun(options, console, view, TimeProvider.System).RunAsync(stop);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            view.Dispose();
            await streams.Error.WriteLineAsync("streamengine: stopped before the day was over");
            return ExitCode.Failed;
        }
        catch (Exception error) when (error is DemoException or EmbeddedServiceException or GraphException or TaskException or StateException or SinkException or HttpRequestException or IOException || KafkaRuntime.IsReported(error))
        {
            view.Dispose();
            await streams.Error.WriteLineAsync("streamengine: " + error.Message);
            return ExitCode.Failed;
        }
    }

    private static IAnsiConsole PlainConsole(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;
        return console;
    }
}
