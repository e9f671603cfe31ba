using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;

namespace StreamEngine.Connectors.Kafka;

/// <summary>What a worker is made with; the same each time it is started anew.</summary>
internal sealed record WorkerSetup
{
    public required GraphPlan Plan { get; init; }

    public required StagePlan Stage { get; init; }

    public required KafkaSettings Settings { get; init; }

    public required GraphTopics Topics { get; init; }

    public required string TransactionalId { get; init; }

    /// <summary>The cluster, with what only producers take.</summary>
    public required KafkaSettings ProducerSettings { get; init; }

    /// <summary>After which the broker rolls back a transaction that is not committed.</summary>
    public required TimeSpan TransactionTimeout { get; init; }

    public required bool FromLatest { get; init; }

    /// <summary>How many partitions the input had when this process began: one that was added since is read from its start, wherever the graph began.</summary>
    public required int PartitionsAtStart { get; init; }

    /// <summary>Where the source's partitions are in event time.</summary>
    public required EventClock EventClock { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required WorkerActivity Activity { get; init; }

    /// <summary>The consumer group.</summary>
    public string Group => $"{Plan.Graph.Name}.{Stage.Id}";

    /// <summary>
    /// How long a checkpoint may be on its way though brokers can be reached: three times what a transaction may last. By then the broker
    /// has ended it, and the client has been seen to wait for what never comes after a node was lost.
    /// </summary>
    public TimeSpan LongestCommit => TransactionTimeout * 3;

    /// <summary>The topic of a stage that reads one.</summary>
    public TopicPlan Input => Stage.Inputs[0].Topic;

    /// <summary>How many partitions a topic has now.</summary>
    public int PartitionsOf(TopicPlan topic) => Topics.PartitionsOf(topic);
}
