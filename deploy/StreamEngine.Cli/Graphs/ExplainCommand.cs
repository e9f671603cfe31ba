using System.CommandLine;
using StreamEngine.Core.Planning;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine explain</c>.</summary>
internal static class ExplainCommand
{
    private const string Description = "Show how a graph is run: its stages, what each operator reads, adds and keeps, and the topics between.";

    private const string Notes =
        """
        Examples:
          streamengine explain brand-sentiment.yaml
          streamengine explain brand-sentiment.yaml --mermaid > plan.mmd
        """;

    public static Command Create()
    {
        var graph = new GraphArguments();
        var mermaid = new Option<bool>("--mermaid") { Description = "As a Mermaid flowchart instead of text." };
        var command = new Command("explain", Description) { mermaid };
        graph.AddTo(command);
        command.SetAction(parsed => graph.WithGraph(parsed, g =>
        {
            var plan = GraphArguments.Plan(g);
            parsed.InvocationConfiguration.Output.Write(parsed.GetValue(mermaid) ? PlanText.Mermaid(plan) : PlanText.Text(plan));
            return ExitCode.Done;
        }));
        HelpNotes.Attach(command, Notes);
        return command;
    }
}
