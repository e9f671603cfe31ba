namespace StreamEngine.Connectors.Kafka;

/// <summary>How a <see cref="SpanConsumer"/> reads.</summary>
public sealed record SpanConsumerOptions
{
    /// <summary>The consumer group. Also needed where partitions are assigned by hand; the group is then not joined.</summary>
    public required string GroupId { get; init; }

    /// <summary>The name that the broker's logs and quotas show.</summary>
    public string ClientId { get; init; } = "streamengine";

    /// <summary>Whether records of open and aborted transactions are left out.</summary>
    /// <value>The default is true.</value>
    public bool ReadCommitted { get; init; } = true;

    /// <summary>Whether a partition without a start offset is read from its end instead of from its beginning.</summary>
    public bool FromLatest { get; init; }

    /// <summary>
    /// Whether a partition without a start offset, or one that has no record at its position any more, makes <see cref="SpanConsumer.Poll"/>
    /// throw, instead of being read from somewhere else without a word.
    /// </summary>
    public bool OnlyFromPositions { get; init; }

    /// <summary>Memory for records fetched ahead, in KiB, over all partitions. A response that is on its way may exceed it for a moment.</summary>
    /// <value>The default is 64 MiB.</value>
    public int QueueKilobytes { get; init; } = 65_536;

    /// <summary>Records taken out of the queue with one native call.</summary>
    /// <value>The default is 512.</value>
    public int NativeBatch { get; init; } = 512;
}
