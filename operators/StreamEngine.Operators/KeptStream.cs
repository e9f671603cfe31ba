using System.Collections.Immutable;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Operators;

/// <summary>Gives a stream a topic, so that the runtime's observer sees its records; nothing is written.</summary>
internal sealed class KeptStream(string topic) : TopicSinkDefinition
{
    /// <inheritdoc/>
    public override string Name => "kept";

    /// <inheritdoc/>
    public override string Summary => "Keeps a stream in memory.";

    /// <inheritdoc/>
    public override string Description => Summary;

    /// <inheritdoc/>
    public override string Example => "- kept: {}";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [];

    /// <inheritdoc/>
    public override ImmutableArray<StreamKind> TakesByDefault => [];

    /// <inheritdoc/>
    public override string Topic(OptionSet options) => topic;

    /// <inheritdoc/>
    public override int Partitions(OptionSet options) => 1;
}
