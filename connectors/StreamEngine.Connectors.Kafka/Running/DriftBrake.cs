using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Holds partitions that are too far ahead in event time until the others, also those of other processes, have come closer: what they
/// sent would wait in the next stage's memory for the last one. The last one itself never waits.
/// </summary>
internal sealed class DriftBrake(WorkerSetup setup, SpanConsumer consumer, ILogger logger)
{
    private const long LookEveryMs = 100;

    private readonly long _maxDrift = setup.Stage.Kind == StageKind.Ingest ? (long)setup.Plan.Graph.Runtime.MaxDrift.TotalMilliseconds : 0;
    private readonly HashSet<int> _held = [];
    private long _lookedAt;

    /// <summary>How many partitions are held.</summary>
    internal int Held => _held.Count;

    /// <summary>Looks where the partitions are, and holds or releases them.</summary>
    internal void Balance(Dictionary<int, StageTask> tasks)
    {
        var now = Environment.TickCount64;
        if (_maxDrift == 0 || now - _lookedAt < LookEveryMs)
        {
            return;
        }

        _lookedAt = now;
        foreach (var (partition, task) in tasks)
        {
            // One that is held has more to read, for all that is known.
            setup.EventClock.Report(partition, task.EventTime, task.CaughtUp && !_held.Contains(partition));
        }

        var least = setup.EventClock.Least;
        foreach (var (partition, task) in tasks)
        {
            var ahead = least == long.MaxValue || task.EventTime == long.MinValue ? 0 : task.EventTime - least;
            if (ahead > _maxDrift && _held.Add(partition))
            {
                consumer.Pause(At(partition));
                logger.LogInformation("{Topic}[{Partition}] is {Ahead} ahead of the last partition in event time and waits for it (runtime.max_drift)", setup.Input.Name, partition, TimeSpan.FromMilliseconds(ahead));
            }
            else if (ahead <= _maxDrift - (_maxDrift / 4) && _held.Remove(partition))
            {
                consumer.Resume(At(partition));
            }
        }
    }

    /// <summary>The partition has gone to another worker.</summary>
    internal void Forget(int partition)
    {
        _held.Remove(partition);
        if (_maxDrift > 0)
        {
            setup.EventClock.Forget(partition);
        }
    }

    private TopicPartition At(int partition) => new(setup.Input.Name, partition);
}
