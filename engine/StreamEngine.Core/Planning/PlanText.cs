using System.Globalization;
using System.Text;
using StreamEngine.Core.Graph;

namespace StreamEngine.Core.Planning;

/// <summary>Shows a plan to people: as text, and as a Mermaid flowchart.</summary>
public static class PlanText
{
    /// <summary>The stages with their operators and columns, and the topics.</summary>
    public static string Text(GraphPlan plan)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"graph {plan.Graph.Name}");
        foreach (var stage in plan.Stages)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"stage {stage.Id}   {Reads(plan, stage)}");
            foreach (var op in stage.Operators)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {Label(op)}{(op.From is { } from ? $"   after {from}" : "")}");
                var columns = op.Node.Definition.Columns(op.Node.Options, op.Node.Input);
                AppendColumns(text, "reads", columns.Reads.Select(c => c.Name));
                AppendColumns(text, op.Phase == OperatorPhase.Whole ? "adds " : "gives", (op.Phase == OperatorPhase.Whole ? columns.Adds.AsEnumerable() : op.OutputSchema.Columns).Select(c => c.Name));
                AppendColumns(text, "keeps", op.Node.Definition.State.Select(s => s.Name));
            }

            foreach (var output in stage.Outputs)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {output.From} → {output.Topic.Name}   ({output.Format.ToString().ToLowerInvariant()}, key {string.Join(" ", output.KeyColumns)})");
            }

            if (stage.Sink is { } sink)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  → {sink.Id}   ({sink.Definition.Summary.TrimEnd('.')})");
            }
        }

        text.AppendLine();
        text.AppendLine("topics");
        foreach (var topic in plan.Topics)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {topic.Name}   {Properties(topic)}");
        }

        return text.ToString();
    }

    /// <summary>The plan as a Mermaid flowchart.</summary>
    public static string Mermaid(GraphPlan plan)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var topic in plan.Topics.Where(t => t.Role != TopicRole.State && Used(plan, t)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  t{topic.Index}[(\"{topic.Name}\")]");
        }

        if (plan.Topic(TopicRole.Source) is null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  source[(\"{plan.Graph.Source.Definition.Name}\")]");
        }

        for (var s = 0; s < plan.Stages.Length; s++)
        {
            var stage = plan.Stages[s];
            if (stage.Sink is { } sink)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  s{s}[\"{sink.Id}\"]");
                foreach (var input in stage.Inputs)
                {
                    text.AppendLine(CultureInfo.InvariantCulture, $"  t{input.Topic.Index} --> s{s}");
                }

                continue;
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"  subgraph s{s}[\"{stage.Id}\"]");
            foreach (var op in stage.Operators)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {NodeId(s, op.Node.Id)}[\"{Label(op)}\"]");
            }

            text.AppendLine("  end");
            foreach (var op in stage.Operators)
            {
                var from = op.From is { } id && stage.Operators.Any(o => o.Node.Id == id) ? NodeId(s, id)
                    : stage.Inputs.Length == 0 ? "source" : $"t{stage.Inputs[0].Topic.Index}";
                text.AppendLine(CultureInfo.InvariantCulture, $"  {from} --> {NodeId(s, op.Node.Id)}");
            }

            foreach (var output in stage.Outputs)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {NodeId(s, output.From)} --> t{output.Topic.Index}");
            }
        }

        return text.ToString();
    }

    private static string Reads(GraphPlan plan, StagePlan stage) => stage.Kind switch
    {
        StageKind.Ingest when stage.Inputs.Length == 0 => $"reads {plan.Graph.Source.Definition.Name}",
        StageKind.Writer => $"reads {string.Join(", ", stage.Inputs.Select(i => i.Topic.Name))}",
        _ => $"reads {stage.Inputs[0].Topic.Name}, one task per partition",
    };

    private static string Label(StageOperator op) => op.Phase switch
    {
        OperatorPhase.First => $"{op.Node.Id}: slots",
        OperatorPhase.Second => $"{op.Node.Id}: merge",
        _ => op.Node.Id == op.Node.Definition.Name ? op.Node.Id : $"{op.Node.Id} ({op.Node.Definition.Name})",
    };

    private static void AppendColumns(StringBuilder text, string title, IEnumerable<string> names)
    {
        var list = string.Join(", ", names);
        if (list.Length > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"      {title} {list}");
        }
    }

    private static bool Used(GraphPlan plan, TopicPlan topic) =>
        plan.Stages.Any(s => s.Inputs.Any(i => i.Topic == topic) || s.Outputs.Any(o => o.Topic == topic));

    private static string Properties(TopicPlan topic)
    {
        var partitions = topic.Partitions == 0 ? "partitions as the source" : $"{topic.Partitions} partitions";
        return topic.Role == TopicRole.Source ? "the source; must exist"
            : $"{partitions}{(topic.Compacted ? ", compacted" : "")}{(topic.Retention is { } kept ? $", kept {Durations.Format(kept)}" : "")}";
    }

    /// <summary>A name for Mermaid, which would read some ids as arrows or keywords: letters and digits stay, other characters become their number.</summary>
    private static string NodeId(int stage, string id) => $"s{stage}_{string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $"_{(int)c}_"))}";
}
