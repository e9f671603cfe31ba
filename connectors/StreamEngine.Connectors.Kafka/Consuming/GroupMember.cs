using Confluent.Kafka;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// A consumer's membership in its group, as it was when <see cref="SpanConsumer.Member"/> was asked for: what a transaction is fenced by.
/// It ends when the group takes partitions away from a consumer that was silent, even where that consumer has joined again since.
/// </summary>
public sealed class GroupMember
{
    private readonly SpanConsumer _consumer;

    internal GroupMember(SpanConsumer consumer, int losses) => (_consumer, Losses) = (consumer, losses);

    /// <summary>How often the consumer had lost partitions.</summary>
    internal int Losses { get; }

    /// <summary>What a producer sends offsets with, in the group's generation of now.</summary>
    /// <exception cref="KafkaException">The membership has ended (<see cref="ErrorCode.UnknownMemberId"/>), or the consumer is leaving.</exception>
    public IConsumerGroupMetadata Metadata() => _consumer.MetadataOf(this);
}
