using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// A graph's topics on the cluster: makes those that are missing, knows how many partitions each has, and follows the source when it is
/// given more. Safe for use by several threads.
/// </summary>
/// <remarks>
/// The state topic has at least as many partitions as every stage's input: a task's state lies in the partition with its number. It
/// grows with the source. The topics between stages do not: their keys would move to other partitions.
/// </remarks>
internal sealed class GraphTopics : IDisposable
{
    /// <summary>How often the source is looked at.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _brokerPatience = TimeSpan.FromSeconds(10);

    private readonly GraphPlan _plan;
    private readonly ILogger _logger;
    private readonly TopicAdmin _admin;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<int, int> _partitions = [];
    private readonly Dictionary<int, int> _recordLimits = [];

    internal GraphTopics(GraphPlan plan, KafkaSettings settings, TimeProvider time, ILogger logger)
    {
        (_plan, _logger) = (plan, logger);
        _admin = new TopicAdmin(settings, logger, time);
    }

    /// <summary>How long it may take until all stages know of a partition that the source was given: looks, and checkpoints that tell.</summary>
    internal static TimeSpan NewsDelay(TimeSpan checkpointInterval) => (2 * LookEvery) + (3 * checkpointInterval);

    private TopicPlan Source => _plan.Topic(TopicRole.Source)!;

    private TopicPlan State => _plan.Topic(TopicRole.State)!;

    /// <summary>How the connection for administration stands.</summary>
    internal ConnectionHealth Health => _admin.Health;

    /// <summary>How many partitions a topic has, as last seen.</summary>
    internal int PartitionsOf(TopicPlan topic) => _partitions[topic.Index];

    /// <summary>How many bytes a topic that the graph writes takes at once, as it was at the start.</summary>
    internal int RecordLimitOf(TopicPlan topic) => _recordLimits[topic.Index];

    /// <summary>The least of these.</summary>
    internal int LeastRecordLimit => _recordLimits.Values.Min();

    /// <summary>Waits for a broker, however long that takes.</summary>
    internal void WaitForBroker(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                WaitForBroker(_brokerPatience, stop);
                return;
            }
            catch (TimeoutException error)
            {
                _logger.LogWarning("{Error} Trying again", error.Message);
            }
        }
    }

    /// <summary>Waits for a broker.</summary>
    /// <exception cref="TimeoutException">None answered within <paramref name="patience"/>.</exception>
    internal void WaitForBroker(TimeSpan patience, CancellationToken stop)
    {
        lock (_lock)
        {
            _admin.WaitForBroker(patience, stop);
        }
    }

    /// <summary>How many members consumer groups have together.</summary>
    internal int MembersOf(IReadOnlyList<string> groups)
    {
        lock (_lock)
        {
            return _admin.MembersOf(groups);
        }
    }

    /// <summary>How many partitions a topic has on the cluster; 0 when it does not exist.</summary>
    internal int Find(TopicPlan topic, CancellationToken stop)
    {
        lock (_lock)
        {
            return _admin.FindPartitionCount(topic.Name, stop) ?? 0;
        }
    }

    /// <summary>What tells the source's topic from one that is made anew; <see langword="null"/> where that is not known.</summary>
    internal string? SourceId()
    {
        lock (_lock)
        {
            return _admin.FindId(Source.Name);
        }
    }

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="UnknownTopicException">The source does not exist.</exception>
    /// <exception cref="TopicException">A topic cannot be made, or is not as it must be.</exception>
    internal void Make(CancellationToken stop)
    {
        lock (_lock)
        {
            _partitions[Source.Index] = _admin.PartitionCount(Source.Name, stop);
            var mismatches = new List<string>();
            foreach (var topic in _plan.Topics.Where(t => t.Role != TopicRole.Source))
            {
                var partitions = topic.Role == TopicRole.State ? StatePartitions : topic.Partitions > 0 ? topic.Partitions : PartitionsOf(Source);
                var report = _admin.Ensure([Spec(topic, partitions)], stop)[0];
                _partitions[topic.Index] = report.Partitions;
                mismatches.AddRange(report.Mismatches);
                var limit = _recordLimits[topic.Index] = _admin.FindRecordLimit(topic.Name, stop);
                if (limit < TopicAdmin.DefaultRecordLimit && topic.Role is TopicRole.Partials or TopicRole.State)
                {
                    mismatches.Add($"topic '{topic.Name}' has max.message.bytes={limit}, {TopicAdmin.DefaultRecordLimit} are needed: raise it (kafka-configs.sh --alter --topic {topic.Name} --add-config max.message.bytes={TopicAdmin.DefaultRecordLimit})");
                }
            }

            if (mismatches.Count > 0)
            {
                throw new TopicException(_plan.Graph.Name, string.Join(Environment.NewLine, mismatches));
            }
        }
    }

    /// <summary>Looks at the source; where it has more partitions than known, the state topic gets as many.</summary>
    internal void Follow(CancellationToken stop)
    {
        lock (_lock)
        {
            if (_admin.FindPartitionCount(Source.Name, stop) is not { } found || found <= PartitionsOf(Source))
            {
                return;
            }

            _logger.LogInformation("Topic {Topic} now has {Partitions} partitions; it had {Known}", Source.Name, found, PartitionsOf(Source));
            Grow(found, stop);
        }
    }

    /// <summary>Sees to it that a partition of a stage's input has its state's partition.</summary>
    internal void Cover(int partition, CancellationToken stop)
    {
        lock (_lock)
        {
            if (partition >= PartitionsOf(State))
            {
                Grow(Math.Max(partition + 1, _admin.PartitionCount(Source.Name, stop)), stop);
            }
        }
    }

    public void Dispose() => _admin.Dispose();

    private int StatePartitions => _plan.Topic(TopicRole.Partials) is { } partials ? Math.Max(PartitionsOf(Source), PartitionsOf(partials)) : PartitionsOf(Source);

    private void Grow(int sourcePartitions, CancellationToken stop)
    {
        var report = _admin.Ensure([Spec(State, Math.Max(sourcePartitions, PartitionsOf(State)))], stop)[0];
        if (report.Mismatches.Length > 0)
        {
            throw new TopicException(State.Name, string.Join(Environment.NewLine, report.Mismatches));
        }

        // Tasks look at the source's count, so the state's partitions come first.
        _partitions[State.Index] = report.Partitions;
        _partitions[Source.Index] = sourcePartitions;
    }

    private static TopicSpec Spec(TopicPlan topic, int partitions)
    {
        var spec = topic.Compacted ? TopicSpec.Compacted(topic.Name, partitions) : new TopicSpec(topic.Name, partitions);
        if (topic.Retention is { } retention)
        {
            spec = spec with { SettingsWhenCreated = spec.SettingsWhenCreated.Add("retention.ms", ((long)retention.TotalMilliseconds).ToString()) };
        }

        return spec with { Grow = topic.Role == TopicRole.State, KeepsPartitions = topic.Role != TopicRole.State };
    }
}
