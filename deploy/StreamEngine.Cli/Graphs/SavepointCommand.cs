using System.CommandLine;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.State;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine savepoint</c>.</summary>
internal static class SavepointCommand
{
    private const string Description = "Write the whole state of a graph on Kafka to a file.";

    private const string Notes =
        """
        Positions, ledgers and all tables of every partition, and what is on its way between stages. The graph may go on
        running meanwhile. 'streamengine run --from-savepoint' starts from the file, under the same name or another.

        Exit codes: 0 done, 1 failed, 2 the graph is wrong, or is not the one whose state it is.

        Examples:
          streamengine savepoint brand-sentiment.yaml --output monday.save
          streamengine run brand-sentiment.yaml --from-savepoint monday.save --set name=trial
        """;

    public static Command Create()
    {
        var graph = new GraphArguments();
        var output = new Option<string>("--output") { Description = "The file to write.", HelpName = "FILE", Required = true };
        var timeout = new Option<string>("--timeout") { Description = "How long a broker may take to answer.", HelpName = "DURATION", DefaultValueFactory = _ => "60s" };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !Durations.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError("--timeout must be a duration like 500ms, 10s or 5m.");
            }
        });
        var command = new Command("savepoint", Description) { output, timeout };
        graph.AddTo(command);
        command.SetAction((parsed, stop) => Task.Run(() => graph.WithGraph(parsed, g =>
        {
            _ = Durations.TryParse(parsed.GetRequiredValue(timeout), out var patience);
            return Write(g, parsed.GetRequiredValue(output), patience, parsed.InvocationConfiguration, stop);
        }), CancellationToken.None));
        HelpNotes.Attach(command, Notes);
        return command;
    }

    private static int Write(LogicalGraph graph, string path, TimeSpan patience, InvocationConfiguration console, CancellationToken stop)
    {
        if (graph.Source.Definition is not KafkaSourceDefinition)
        {
            console.Error.WriteLine("streamengine: the graph's source is no Kafka topic; the state of such a graph is the file in its folder 'runtime.state'");
            return ExitCode.Usage;
        }

        using var loggers = ConsoleLog.Create(LogLevel.Warning);
        try
        {
            FilePaths.ToWrite(path);
            using var runtime = new KafkaRuntime(graph, new KafkaRuntimeOptions(), TimeProvider.System, loggers);
            var savepoint = runtime.TakeSavepoint(patience, stop);
            savepoint.Write(path);
            console.Output.WriteLine($"{path}: {savepoint.Partitions.Count} partitions, {savepoint.Partitions.Sum(p => p.Count)} entries of state, {savepoint.OnTheWay.Sum(r => r.Count)} records on their way; sha256 {savepoint.Digest}");
            return ExitCode.Done;
        }
        catch (IncompatibleStateException error)
        {
            console.Error.WriteLine("streamengine: " + error.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.Error.WriteLine("streamengine: stopped; nothing was written");
            return ExitCode.Failed;
        }
        catch (Exception error) when (error is StateException or IOException or UnauthorizedAccessException || KafkaRuntime.IsReported(error))
        {
            console.Error.WriteLine("streamengine: " + error.Message);
            return ExitCode.Failed;
        }
    }
}
