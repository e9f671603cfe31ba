using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.State;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine run</c>.</summary>
internal static class RunCommand
{
    private const string Description = "Run a graph.";

    private const string Notes =
        """
        With a Kafka source it runs until Ctrl-C or SIGTERM, takes a last checkpoint and exits; several processes of
        one graph share its partitions. With a file as the source it runs to the file's end. At the end it prints the
        ledger: where every record went.

        A changed graph takes over the state that is stored under its name, by operators' ids; what it cannot take
        over is refused before anything is stopped or written.

        Exit codes: 0 done, 1 failed, 2 wrong usage, the graph is wrong, or cannot take over the stored state.

        Examples:
          streamengine run brand-sentiment.yaml
          streamengine run brand-sentiment.yaml --until-idle 10s
          streamengine run brand-sentiment.yaml --from-savepoint monday.save
          streamengine run brand-sentiment.yaml --set source.kafka.brokers=broker:9092
        """;

    public static Command Create()
    {
        var graph = new GraphArguments();
        var untilIdle = new Option<string?>("--until-idle") { Description = "End when there has been nothing to read, send or write for so long, e.g. 10s.", HelpName = "DURATION" };
        untilIdle.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !Durations.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError("--until-idle must be a duration like 500ms, 10s or 5m.");
            }
        });
        var instance = new Option<string?>("--instance") { Description = "This process's name, unique among those that run the graph. [default: the machine's name and a number]", HelpName = "NAME" };
        var savepoint = new Option<string?>("--from-savepoint") { Description = "Begin with a savepoint that 'streamengine savepoint' wrote; refused where the graph has state already. The same file may stay given at restarts.", HelpName = "FILE" };
        var replace = new Option<bool>("--replace-state") { Description = "With --from-savepoint: drop the state that the graph has. Nothing may be running it." };
        var http = NumberOption.Maybe<int>("--http", "Serve /healthz, /readyz and /metrics on this port, over the graph's runtime.http; 0: none.", port => port is >= 0 and <= ushort.MaxValue, $"a port, 1 to {ushort.MaxValue}, or 0 for none");
        var json = new Option<bool>("--json") { Description = "Print the ledger as one JSON object." };
        var quiet = new Option<bool>("--quiet") { Description = "No progress on standard error, only warnings." };
        var command = new Command("run", Description) { untilIdle, instance, savepoint, replace, http, json, quiet };
        graph.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(replace) && result.GetValue(savepoint) is null)
            {
                result.AddError("--replace-state goes with --from-savepoint: it says that the savepoint takes the place of the graph's state.");
            }
        });
        command.SetAction((parsed, stop) => Task.Run(() => graph.WithGraph(parsed, g =>
        {
            var unheard = new Option[] { untilIdle, instance, savepoint, replace, http }.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToList();
            if (g.Source.Definition is not KafkaSourceDefinition && unheard.Count > 0)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"streamengine: only a graph with a Kafka source takes {string.Join(" and ", unheard)}; this one reads its source '{g.Source.Definition.Name}' to the end: leave out what it does not take");
                return ExitCode.Usage;
            }

            var options = new KafkaRuntimeOptions
            {
                UntilIdle = Durations.TryParse(parsed.GetValue(untilIdle), out var idle) ? idle : null,
                Instance = parsed.GetValue(instance),
                FromSavepoint = parsed.GetValue(savepoint),
                ReplaceState = parsed.GetValue(replace),
            };
            return Run(g, options, parsed.GetValue(http) ?? g.Runtime.Http, parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration, stop);
        }), CancellationToken.None));
        HelpNotes.Attach(command, Notes);
        return command;
    }

    private static int Run(LogicalGraph graph, KafkaRuntimeOptions options, int http, bool json, bool quiet, InvocationConfiguration console, CancellationToken stop)
    {
        using var loggers = ConsoleLog.Create(quiet ? LogLevel.Warning : LogLevel.Information);
        try
        {
            var partitions = graph.Source.Definition is KafkaSourceDefinition
                ? RunOnKafka(graph, options, http, quiet, console, loggers, stop)
                : RunLocally(graph, console, loggers, stop);
            Report(partitions, json, console.Output);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.Error.WriteLine("streamengine: stopped before the end of the file; nothing of this run is kept (runtime.state: FOLDER would keep it)");
            return ExitCode.Failed;
        }
        catch (IncompatibleStateException error)
        {
            console.Error.WriteLine("streamengine: " + error.Message);
            return ExitCode.Usage;
        }
        catch (Exception error) when (error is TaskException or StateException or SinkException or IOException or UnauthorizedAccessException || KafkaRuntime.IsReported(error))
        {
            console.Error.WriteLine("streamengine: " + error.Message);
            return ExitCode.Failed;
        }
    }

    private static IReadOnlyDictionary<int, PartitionProgress> RunOnKafka(LogicalGraph graph, KafkaRuntimeOptions options, int http, bool quiet, InvocationConfiguration console, ILoggerFactory loggers, CancellationToken stop)
    {
        using var runtime = new KafkaRuntime(graph, options, TimeProvider.System, loggers);
        using var progress = quiet ? null : new RunProgress(runtime, console.Error);
        using var health = http == 0 ? null : HealthServer.Start(runtime, http);
        runtime.Run(stop);
        return runtime.Partitions;
    }

    private static SortedDictionary<int, PartitionProgress> RunLocally(LogicalGraph graph, InvocationConfiguration console, ILoggerFactory loggers, CancellationToken stop)
    {
        var refused = new RefusalTally();
        var runtime = new LocalRuntime(GraphArguments.Plan(graph), TimeProvider.System, loggers)
        {
            Observer = (topic, record) =>
            {
                if (topic.Role == TopicRole.DeadLetters)
                {
                    refused.Take(record);
                }
            },
        };
        var ledger = runtime.RunAsync(stop).GetAwaiter().GetResult();
        foreach (var line in refused.Tell(ledger.Consumed, "line", 0))
        {
            console.Error.WriteLine(line);
        }

        if (runtime.StoppedAt is { } next)
        {
            console.Error.WriteLine($"streamengine: stopped before the end of the file; the next run goes on with line {Math.Max(1, next)}");
        }

        return new SortedDictionary<int, PartitionProgress> { [0] = new PartitionProgress(runtime.NextOffset, ledger) { Counts = runtime.Counts } };
    }

    private static void Report(IReadOnlyDictionary<int, PartitionProgress> partitions, bool json, TextWriter output)
    {
        var total = partitions.Values.Aggregate(default(Ledger), (sum, p) => sum + p.Ledger);
        var counts = partitions.Values.SelectMany(p => p.Counts).GroupBy(c => (c.Operator, c.What), c => c.Count).ToList();
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    ledger = Shape(total),
                    balanced = total.IsBalanced,
                    counts = counts.Select(c => new { @operator = c.Key.Operator, what = c.Key.What, count = c.Sum() }),
                    partitions = partitions.Select(p => new { partition = p.Key, next_offset = p.Value.NextOffset, ledger = Shape(p.Value.Ledger) }),
                }));
            return;
        }

        foreach (var (partition, progress) in partitions.Count > 1 ? partitions : new Dictionary<int, PartitionProgress>())
        {
            output.WriteLine($"partition {partition}: {progress.Ledger}");
        }

        output.WriteLine($"ledger: {total}");
        foreach (var own in counts.GroupBy(c => c.Key.Operator).Where(c => c.Any(count => count.Sum() > 0)))
        {
            output.WriteLine($"{own.Key}: {string.Join(", ", own.Select(c => $"{c.Key.What} {c.Sum():N0}"))}");
        }
    }

    private static object Shape(Ledger ledger) =>
        new { consumed = ledger.Consumed, counted = ledger.Counted, unmatched = ledger.Unmatched, late = ledger.Late, dead = ledger.Dead };
}
