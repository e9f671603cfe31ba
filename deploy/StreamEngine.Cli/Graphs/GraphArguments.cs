using System.CommandLine;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;

namespace StreamEngine.Cli.Graphs;

/// <summary>The graph's file and the values set over it, as every command on graphs takes them.</summary>
internal sealed class GraphArguments
{
    private readonly Argument<string> _file = new("graph") { Description = "The graph's YAML file.", HelpName = "GRAPH.yaml" };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Set a value over the file's: --set source.kafka.topic=posts --set operators.window.size=5m. May be given several times.",
        HelpName = "PATH=VALUE",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_file);
        command.Options.Add(_set);
    }

    /// <summary>The graph's file.</summary>
    public string File(ParseResult parsed) => parsed.GetRequiredValue(_file);

    /// <summary>The graph, checked.</summary>
    /// <exception cref="GraphException">Something is wrong with it.</exception>
    public LogicalGraph Read(ParseResult parsed)
    {
        var graph = GraphReader.ReadFile(parsed.GetRequiredValue(_file), GraphCatalog.All, parsed.GetValue(_set) ?? []);
        _ = Plan(graph);
        return graph;
    }

    /// <summary>Runs a command on the graph; what is wrong with the graph goes to standard error, and the exit code says so.</summary>
    public int WithGraph(ParseResult parsed, Func<LogicalGraph, int> work)
    {
        LogicalGraph graph;
        try
        {
            graph = Read(parsed);
        }
        catch (GraphException error)
        {
            foreach (var problem in error.Problems)
            {
                parsed.InvocationConfiguration.Error.WriteLine(problem);
            }

            return ExitCode.Usage;
        }

        return work(graph);
    }

    /// <summary>How the graph is run.</summary>
    public static GraphPlan Plan(LogicalGraph graph) =>
        graph.Source.Definition is KafkaSourceDefinition ? KafkaRuntime.Plan(graph) : Planner.Plan(graph, null);
}
