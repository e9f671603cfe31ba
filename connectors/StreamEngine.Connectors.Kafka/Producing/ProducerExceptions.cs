using Confluent.Kafka;

namespace StreamEngine.Connectors.Kafka;

/// <summary>A transaction was rolled back: nothing of it will ever be seen by readers of committed records. The caller may send it again.</summary>
/// <param name="code">Why.</param>
/// <param name="message">Why, in words.</param>
/// <param name="inner">The client's exception.</param>
public sealed class TransactionAbortedException(ErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>
    /// Whether the consumer group no longer knows the member that the offsets came from: its partitions belong to others, and what was
    /// to be sent must not be sent again. <see cref="SpanConsumer.Poll{TReceiver}"/> will say <see cref="IAssignmentListener.Lost"/>.
    /// </summary>
    public bool MemberIsStale => Code is ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId;

    /// <summary>Whether sending the same records again must fail again: one is larger than its topic takes, or a topic is missing or closed to this user.</summary>
    public bool IsPermanent => Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.UnknownTopicOrPart
        or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.TopicAuthorizationFailed
        or ErrorCode.GroupAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.InvalidRecord
        or ErrorCode.PolicyViolation;
}

/// <summary>The producer cannot go on: it must be disposed, and a new one made.</summary>
public class ProducerFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// This process's place is taken: the broker ended its transaction, another producer has its transactional id, or the group its partitions.
/// What was not committed must be dropped; a new producer and consumer may begin from the last checkpoint.
/// </summary>
public sealed class FencedException(string message, Exception? inner = null) : ProducerFailedException(message, inner);
