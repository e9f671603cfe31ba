using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Sinks;

/// <summary>What a sink is: its name, options, which streams it takes, and how to make its writer.</summary>
public abstract class SinkDefinition
{
    /// <summary>The name in graphs.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>What it does, in full, with its delivery guarantee.</summary>
    public abstract string Description { get; }

    /// <summary>YAML of a typical use.</summary>
    public abstract string Example { get; }

    /// <summary>The options it takes. The graph adds <c>from</c>: the ids of the operators whose output it takes.</summary>
    public abstract ImmutableArray<Option> Options { get; }

    /// <summary>The streams it takes where the graph does not say <c>from</c>.</summary>
    public abstract ImmutableArray<StreamKind> TakesByDefault { get; }

    /// <summary>Checks what only the sink knows. Must not throw for a user's mistake.</summary>
    public virtual void Validate(OptionSet options, ICollection<GraphProblem> problems)
    {
    }

    /// <summary>Makes the writer. Nothing is connected yet.</summary>
    public abstract ISinkWriter Create(SinkContext context);
}

/// <summary>
/// A sink that is a topic of the same Kafka that the graph runs on: written in the stage's own transaction, exactly once, by no writer.
/// </summary>
public abstract class TopicSinkDefinition : SinkDefinition
{
    /// <summary>The topic that the options name.</summary>
    public abstract string Topic(OptionSet options);

    /// <summary>Partitions that the topic gets where it does not exist; 0 = as many as the source has.</summary>
    public abstract int Partitions(OptionSet options);

    /// <inheritdoc/>
    public sealed override ISinkWriter Create(SinkContext context) =>
        throw new InvalidOperationException($"sink '{Name}' is written by its stage");
}

/// <summary>What a sink's writer gets.</summary>
/// <param name="Graph">The graph's name.</param>
/// <param name="SinkId">The sink's id within the graph.</param>
/// <param name="Options">Its options.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where to log.</param>
public sealed record SinkContext(string Graph, string SinkId, OptionSet Options, TimeProvider Time, ILogger Logger)
{
    /// <summary>Whether the run goes on where another ended: what that one wrote is to be kept.</summary>
    public bool Continues { get; init; }
}
