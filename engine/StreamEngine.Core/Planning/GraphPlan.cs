using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Planning;

/// <summary>How a graph is run: stages with topics between them.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Topics">All topics, the source's first if it is one.</param>
/// <param name="Stages">Ingest, aggregate where there are windows, and one writer per external sink.</param>
public sealed record GraphPlan(LogicalGraph Graph, ImmutableArray<TopicPlan> Topics, ImmutableArray<StagePlan> Stages)
{
    /// <summary>The topic with a role; the first where several have it.</summary>
    public TopicPlan? Topic(TopicRole role) => Topics.FirstOrDefault(t => t.Role == role);

    /// <summary>The stage of a kind; the first where there are several.</summary>
    public StagePlan? Stage(StageKind kind) => Stages.FirstOrDefault(s => s.Kind == kind);
}

/// <summary>What a topic is for.</summary>
public enum TopicRole
{
    /// <summary>The graph's source. Never created.</summary>
    Source,

    /// <summary>Slots on their way from ingest to aggregate.</summary>
    Partials,

    /// <summary>State of the stages' tasks. Compacted.</summary>
    State,

    /// <summary>Window results. Compacted.</summary>
    Windows,

    /// <summary>Alerts.</summary>
    Alerts,

    /// <summary>Posts or mentions.</summary>
    Posts,

    /// <summary>Records refused.</summary>
    DeadLetters,

    /// <summary>Records too late.</summary>
    Late,
}

/// <summary>A topic of a plan.</summary>
/// <param name="Index">Its place in the plan's list, by which outputs name it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Partitions">Partitions that it gets when created; 0 = as many as the source has.</param>
/// <param name="Compacted">Whether it is compacted.</param>
/// <param name="Retention">How long records are kept; <see langword="null"/> = the broker's default.</param>
public sealed record TopicPlan(int Index, string Name, TopicRole Role, int Partitions, bool Compacted, TimeSpan? Retention);

/// <summary>The kinds of stage.</summary>
public enum StageKind
{
    /// <summary>Source → rows → first phases. One task per source partition.</summary>
    Ingest,

    /// <summary>Partials → second phases → what follows. One task per partition of the partials' topic.</summary>
    Aggregate,

    /// <summary>Topics → an external sink.</summary>
    Writer,
}

/// <summary>One stage.</summary>
/// <param name="Id"><c>ingest</c>, <c>aggregate</c> or <c>writer.SINK</c>; consumer group <c>GRAPH.ID</c>.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Inputs">The topics it reads: one, but for writers. Empty for the ingest of a source that is no topic.</param>
/// <param name="Operators">The operators that its tasks run, in order.</param>
/// <param name="Outputs">What its tasks send.</param>
/// <param name="Sink">A writer's sink.</param>
public sealed record StagePlan(
    string Id,
    StageKind Kind,
    ImmutableArray<StageInput> Inputs,
    ImmutableArray<StageOperator> Operators,
    ImmutableArray<StageOutput> Outputs,
    SinkNode? Sink);

/// <summary>A topic that a stage reads.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Stream">For writers: which stream it carries, as <c>from</c> names it.</param>
/// <param name="Kind">For writers: what its records are.</param>
public sealed record StageInput(TopicPlan Topic, string Stream, StreamKind Kind);

/// <summary>An operator in a stage.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Phase">Which of its phases.</param>
/// <param name="From">The operator of this stage that it follows; <see langword="null"/> = the stage's input (for second phases: the exchange).</param>
/// <param name="Schema">The batches that reach it.</param>
/// <param name="OutputSchema">The batches that leave it.</param>
public sealed record StageOperator(OperatorNode Node, OperatorPhase Phase, string? From, BatchSchema Schema, BatchSchema OutputSchema);

/// <summary>The phases of an operator.</summary>
public enum OperatorPhase
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>Per source partition.</summary>
    First,

    /// <summary>Per key, over all source partitions.</summary>
    Second,
}

/// <summary>What a stage sends to a topic.</summary>
/// <param name="From">The operator whose output it is.</param>
/// <param name="Topic">Where it goes.</param>
/// <param name="Format">How rows become records.</param>
/// <param name="KeyColumns">The columns that make the record's key; the first decides the partition.</param>
public sealed record StageOutput(string From, TopicPlan Topic, OutputFormat Format, ImmutableArray<string> KeyColumns);

/// <summary>How rows become records.</summary>
public enum OutputFormat
{
    /// <summary>Many rows per record, binary, for the next stage.</summary>
    Exchange,

    /// <summary>One JSON object per row.</summary>
    Json,

    /// <summary>The document in the column <c>alert</c>.</summary>
    Document,
}
