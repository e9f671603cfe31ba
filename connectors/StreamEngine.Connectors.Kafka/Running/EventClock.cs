using System.Collections.Concurrent;

namespace StreamEngine.Connectors.Kafka;

/// <summary>How far in event time each source partition of this process is. Shared by its ingest workers.</summary>
internal sealed class EventClock
{
    private readonly ConcurrentDictionary<int, (long Time, bool CaughtUp)> _partitions = [];

    /// <summary>Where the last partition is that has something left to read; <see cref="long.MaxValue"/> when there is none.</summary>
    internal long Least
    {
        get
        {
            var least = long.MaxValue;
            foreach (var (_, (time, caughtUp)) in _partitions)
            {
                least = caughtUp || time == long.MinValue ? least : Math.Min(least, time);
            }

            return least;
        }
    }

    internal void Report(int partition, long time, bool caughtUp) => _partitions[partition] = (time, caughtUp);

    internal void Forget(int partition) => _partitions.TryRemove(partition, out _);
}
