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

    public required bool FromLatest { get; init; }

    /// <summary>Where the process's source partitions are in event time; only in an ingest stage.</summary>
    public EventClock? EventClock { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required WorkerActivity Activity { get; init; }

    /// <summary>The consumer group.</summary>
    public string Group => $"{Plan.Graph.Name}.{Stage.Id}";

    /// <summary>The topic of a stage that reads one.</summary>
    public TopicPlan Input => Stage.Inputs[0].Topic;

    /// <summary>How many partitions a topic has now.</summary>
    public int PartitionsOf(TopicPlan topic) => Topics.PartitionsOf(topic);
}
