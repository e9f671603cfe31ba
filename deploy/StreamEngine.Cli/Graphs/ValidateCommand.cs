using System.CommandLine;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine validate</c>.</summary>
internal static class ValidateCommand
{
    private const string Description = "Check a graph without running it: names, options, files that it names, columns that its operators need.";

    private const string Notes =
        """
        Every problem is a line FILE:LINE:COLUMN: what is wrong and what to do.

        Exit codes: 0 the graph is right, 2 it is not.

        Examples:
          streamengine validate brand-sentiment.yaml
          streamengine validate brand-sentiment.yaml --set operators.window.size=5m
        """;

    public static Command Create()
    {
        var graph = new GraphArguments();
        var command = new Command("validate", Description);
        graph.AddTo(command);
        command.SetAction(parsed => graph.WithGraph(parsed, g =>
        {
            var plan = GraphArguments.Plan(g);
            parsed.InvocationConfiguration.Output.WriteLine($"{g.Name}: {g.Operators.Length} operators, {g.Sinks.Length} sinks, {plan.Stages.Length} stages: all right");
            return ExitCode.Done;
        }));
        HelpNotes.Attach(command, Notes);
        return command;
    }
}
