using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;

namespace StreamEngine.Core.Operators;

/// <summary>
/// What an operator is: its name, options, columns and state, and how to make an instance. Validation, <c>explain</c>, the reference
/// documentation and the editor's schema all come from here.
/// </summary>
public abstract class OperatorDefinition
{
    /// <summary>The name in graphs.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>What it does, in full; what it guarantees and what not.</summary>
    public abstract string Description { get; }

    /// <summary>YAML of a typical use.</summary>
    public abstract string Example { get; }

    /// <summary>The options it takes.</summary>
    public abstract ImmutableArray<Option> Options { get; }

    /// <summary>The state tables it keeps, by name and meaning.</summary>
    public virtual ImmutableArray<StateTableDeclaration> State => [];

    /// <summary>
    /// What of the options must stay the same for stored state to keep its meaning, in words such as "size 1m, slide 1m". State made with
    /// other words is refused before the graph runs.
    /// </summary>
    public virtual string StateShape(OptionSet options) => "";

    /// <summary>Where the planner puts it.</summary>
    public virtual OperatorPlacement Placement => OperatorPlacement.Rows;

    /// <summary>What kind of records its output is, for sinks.</summary>
    public virtual StreamKind Emits => StreamKind.Posts;

    /// <summary>The columns it needs and adds, given its options and the columns that reach it.</summary>
    public abstract OperatorColumns Columns(OptionSet options, BatchSchema input);

    /// <summary>Checks what only the operator knows: files that options name, combinations of options. Must not throw for a user's mistake.</summary>
    public virtual void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
    }

    /// <summary>Checks options against the columns that reach the operator, where their names depend on these. Called after <see cref="Validate"/> found nothing.</summary>
    public virtual void ValidateColumns(OptionSet options, BatchSchema input, ICollection<GraphProblem> problems)
    {
    }

    /// <summary>Makes an instance for one partition. Called after <see cref="Validate"/> found nothing.</summary>
    public abstract IOperator Create(OperatorContext context);
}

/// <summary>
/// An operator that works in two phases: per source partition (<see cref="OperatorDefinition.Create"/>), and per key over all of them
/// (<see cref="CreateMerge"/>), with an exchange topic between.
/// </summary>
public abstract class TwoPhaseDefinition : OperatorDefinition
{
    /// <inheritdoc/>
    public sealed override OperatorPlacement Placement => OperatorPlacement.TwoPhase;

    /// <inheritdoc/>
    public override StreamKind Emits => StreamKind.Windows;

    /// <summary>The columns of the batches that the first phase emits and the second receives.</summary>
    public abstract BatchSchema ExchangeSchema(OptionSet options, BatchSchema input);

    /// <summary>The column of <see cref="ExchangeSchema"/> by which the exchange topic is partitioned.</summary>
    public abstract string ExchangeKey { get; }

    /// <summary>Makes an instance of the second phase for one partition of the exchange topic.</summary>
    public abstract IOperator CreateMerge(OperatorContext context);
}

/// <summary>The kinds of records that leave a graph.</summary>
public enum StreamKind
{
    /// <summary>Posts or mentions, one row each.</summary>
    Posts,

    /// <summary>Window aggregates; each record is the whole row so far, with a version that only grows.</summary>
    Windows,

    /// <summary>Alerts, each a JSON document in the column <c>alert</c>.</summary>
    Alerts,

    /// <summary>Records refused, with their original bytes.</summary>
    DeadLetters,

    /// <summary>Records too late for their windows, with their original bytes.</summary>
    Late,
}

/// <summary>Where the planner may put an operator.</summary>
public enum OperatorPlacement
{
    /// <summary>On rows, in the stage that its input is in; the batch goes on in place with columns added.</summary>
    Rows,

    /// <summary>Cuts the graph: first phase at the end of the ingest stage, second phase at the start of the aggregate stage.</summary>
    TwoPhase,

    /// <summary>After a two-phase operator, in the aggregate stage.</summary>
    Aggregate,
}

/// <summary>The columns an operator needs and gives.</summary>
/// <param name="Reads">Columns it needs.</param>
/// <param name="Adds">Columns it fills. One that is there already with the same type is overwritten.</param>
/// <param name="Output">The whole schema of what it emits, where it emits batches of its own; <see langword="null"/> where it passes its input on.</param>
public sealed record OperatorColumns(ImmutableArray<ColumnDeclaration> Reads, ImmutableArray<ColumnDeclaration> Adds, BatchSchema? Output = null);

/// <summary>A table of state that an operator keeps.</summary>
/// <param name="Name">The name, unique within the operator; stored, so never changed.</param>
/// <param name="Version">The version of its codec, written before each value.</param>
/// <param name="Description">What it holds: key → value.</param>
public sealed record StateTableDeclaration(string Name, byte Version, string Description);
