using System.Collections.Concurrent;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// How far in event time each source partition is: of those of this process as its ingest workers know, of the others' as the records
/// between the stages tell. Shared by the workers of the process.
/// </summary>
internal sealed class EventClock
{
    private readonly ConcurrentDictionary<int, (long Time, bool CaughtUp)> _own = [];
    private readonly ConcurrentDictionary<int, (long Time, bool Idle)> _heard = [];

    /// <summary>
    /// Where the last partition is that has something left to read, or in another process is not idle; <see cref="long.MaxValue"/> when
    /// there is none.
    /// </summary>
    internal long Least
    {
        get
        {
            var least = long.MaxValue;
            foreach (var (_, (time, caughtUp)) in _own)
            {
                least = caughtUp || time == long.MinValue ? least : Math.Min(least, time);
            }

            foreach (var (partition, (time, idle)) in _heard)
            {
                least = idle || time == long.MinValue || _own.ContainsKey(partition) ? least : Math.Min(least, time);
            }

            return least;
        }
    }

    /// <summary>A partition of this process is there.</summary>
    internal void Report(int partition, long time, bool caughtUp) => _own[partition] = (time, caughtUp);

    /// <summary>The partition has gone to another worker.</summary>
    internal void Forget(int partition) => _own.TryRemove(partition, out _);

    /// <summary>
    /// A record between the stages says how far a partition is. Several topics' partitions tell of it, some later than others: the
    /// furthest counts.
    /// </summary>
    internal void Hear(int partition, long watermark, bool idle) => _heard.AddOrUpdate(
        partition,
        (watermark, idle),
        (_, known) => watermark > known.Time ? (watermark, idle) : watermark == known.Time ? (watermark, known.Idle || idle) : known);

    /// <summary>Nobody listens any more: what was heard is not kept up.</summary>
    internal void ForgetHeard() => _heard.Clear();
}
