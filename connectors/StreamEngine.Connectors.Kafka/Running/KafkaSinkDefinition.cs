using System.Collections.Immutable;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Kafka;

/// <summary>The sink <c>kafka</c>: a topic of the graph's own cluster.</summary>
public sealed class KafkaSinkDefinition : TopicSinkDefinition
{
    private static readonly Option<string> _topic = Option.Text("topic", "the topic to write; created where it does not exist");
    private static readonly Option<long> _partitions = Option.Integer("partitions", "partitions that the topic gets when created; 0 = as many as the source has", 0, 0, 10_000);

    /// <inheritdoc/>
    public override string Name => "kafka";

    /// <inheritdoc/>
    public override string Summary => "Writes a topic of the graph's own Kafka, exactly once.";

    /// <inheritdoc/>
    public override string Description => "Records are written in the same transaction as the offsets they come from; readers with isolation.level=read_committed see each once. Alerts are JSON documents with the brand as key; windows and posts are JSON objects, one property per column.";

    /// <inheritdoc/>
    public override string Example => "- kafka:\n    topic: alerts\n  from: spikes";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options { get; } = [_topic, _partitions];

    /// <inheritdoc/>
    public override ImmutableArray<StreamKind> TakesByDefault { get; } = [StreamKind.Alerts];

    /// <inheritdoc/>
    public override string Topic(OptionSet options) => options.Get(_topic);

    /// <inheritdoc/>
    public override int Partitions(OptionSet options) => (int)options.Get(_partitions);
}
