using Confluent.Kafka;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Is told which partitions a consumer gets and gives up. Called on the polling thread, from within
/// <see cref="SpanConsumer.Poll{TReceiver}"/> or <see cref="SpanConsumer.Close"/>; what it throws comes out of that call.
/// </summary>
public interface IAssignmentListener
{
    /// <summary>
    /// Partitions come in addition to those there are. Returns where to start each of them;
    /// <see cref="Offset.Unset"/> (or leaving it out) = at the group's committed offset.
    /// </summary>
    IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions);

    /// <summary>
    /// Partitions are to be handed over: still owned during the call, so that it can commit; not after it. The offsets are those of the
    /// next record that had not been handed to the receiver (<see cref="Offset.Unset"/> where none had).
    /// </summary>
    void Revoked(IReadOnlyList<TopicPartitionOffset> partitions);

    /// <summary>Partitions are owned by someone else already (the group threw this member out): nothing may be committed for them.</summary>
    void Lost(IReadOnlyList<TopicPartition> partitions);
}
