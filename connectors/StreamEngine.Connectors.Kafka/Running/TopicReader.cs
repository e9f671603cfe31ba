using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Takes in a record.</summary>
internal delegate void RecordHandler(in ConsumedRecord record);

/// <summary>Reads committed records of a topic's partitions up to their end, in whole transactions.</summary>
/// <remarks>
/// Of each partition everything is read that lies before a last stable offset, so that no transaction is taken in half. Where the reading
/// took long, that end is asked for again and the rest read too: of a compacted topic whose writers go on, an entry may be gone whose newer
/// one lies behind an end that was asked for long ago, but not one whose newer one was written just now.
/// </remarks>
internal sealed class TopicReader(KafkaSettings settings, string topic, string group, TimeProvider time, ILogger logger)
{
    /// <summary>How old an end may be: less than any cleaner takes to close a segment, wait for its turn and rewrite it.</summary>
    internal static readonly TimeSpan EndIsGoodFor = TimeSpan.FromSeconds(2);

    private const int ShortWait = 10;
    private const int LongWait = 100;

    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _leaderPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _retryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _tellAfter = TimeSpan.FromSeconds(20);

    /// <summary>The offset after the last record of a partition, however long it takes to hear it.</summary>
    internal long End(int partition, CancellationToken stop)
    {
        using var consumer = Consumer(readCommitted: false);
        return End(consumer, partition, stop);
    }

    /// <summary>The first offset of each partition and the one after the last, however long it takes to hear them.</summary>
    internal Dictionary<int, (long First, long End)> Bounds(IEnumerable<int> partitions, CancellationToken stop)
    {
        using var consumer = Consumer(readCommitted: false);
        return partitions.ToDictionary(p => p, p => Bounds(consumer, p, stop));
    }

    /// <summary>The same of a partition that is known to have had records up to <paramref name="known"/>.</summary>
    /// <remarks>A broker that has just become the leader may not know yet how far its partition is: an end before that is asked for again, for a while.</remarks>
    internal (long First, long End) Bounds(int partition, long known, CancellationToken stop)
    {
        using var consumer = Consumer(readCommitted: false);
        var since = time.GetTimestamp();
        while (true)
        {
            var bounds = Bounds(consumer, partition, stop);
            if (bounds.End >= known || time.GetElapsedTime(since) > _leaderPatience)
            {
                return bounds;
            }

            stop.WaitHandle.WaitOne(_retryPause);
        }
    }

    /// <summary>Reads partitions, however long that takes.</summary>
    /// <param name="starts">The partitions, and where to begin in each; -1 = at its first record.</param>
    /// <param name="waitForOpen">
    /// Whether a transaction that is open when the reading begins, left by a dead owner or just being committed, is waited for until the
    /// broker has decided it. What was committed is then never missed.
    /// </param>
    /// <param name="take">Takes in each record.</param>
    /// <param name="complete">Is told of each partition that is read to its end, between two records.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    internal void Read(IReadOnlyDictionary<int, long> starts, bool waitForOpen, RecordHandler take, Action<int> complete, CancellationToken stop)
    {
        var reading = new Reading(take);
        using (var outside = Consumer(readCommitted: false))
        {
            foreach (var (partition, start) in starts)
            {
                reading.Add(new Part(partition) { Next = Math.Max(0, start), Least = waitForOpen ? End(outside, partition, stop) : 0 });
            }
        }

        using var consumer = Consumer(readCommitted: true);
        consumer.Assign([.. starts.Select(s => new TopicPartitionOffset(topic, s.Key, s.Value < 0 ? Offset.Beginning : s.Value))]);
        var quietSince = time.GetTimestamp();
        while (reading.Unfinished.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            var read = reading.Unfinished.Where(p => p.Next >= p.End).ToList();
            foreach (var part in read)
            {
                if (part.End >= part.Least && time.GetElapsedTime(part.AskedAt) < EndIsGoodFor)
                {
                    reading.Remove(part);
                    complete(part.Number);
                }
                else if (part.End < 0 || time.GetElapsedTime(part.AskedAt) >= _retryPause)
                {
                    Extend(consumer, part, stop);
                }
            }

            if (consumer.Poll(read.Count > 0 ? ShortWait : LongWait, ref reading) > 0)
            {
                quietSince = time.GetTimestamp();
                continue;
            }

            consumer.Health.ThrowIfRefused();
            if (reading.Unfinished.Count > 0 && time.GetElapsedTime(quietSince) > _tellAfter)
            {
                logger.LogWarning("{Topic} [{Partitions}] is still not read to its end: a broker is missing, or a transaction is open there. Waiting", topic, string.Join(", ", reading.Unfinished.Select(p => p.Number)));
                quietSince = time.GetTimestamp();
            }
        }
    }

    private void Extend(SpanConsumer consumer, Part part, CancellationToken stop)
    {
        var before = part.End;
        part.AskedAt = time.GetTimestamp();
        part.End = End(consumer, part.Number, stop);
        if (part.Passed)
        {
            consumer.Seek(topic, part.Number, before);
            (part.Next, part.Passed) = (before, false);
        }
    }

    private SpanConsumer Consumer(bool readCommitted) => new(settings, new SpanConsumerOptions { GroupId = group, ReadCommitted = readCommitted }, logger);

    private long End(SpanConsumer consumer, int partition, CancellationToken stop) => Bounds(consumer, partition, stop).End;

    private (long First, long End) Bounds(SpanConsumer consumer, int partition, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var bounds = consumer.QueryWatermarks(topic, partition, _callPatience);
                return (bounds.Low.Value, bounds.High.Value);
            }
            catch (KafkaException error)
            {
                // The broker is away, or does not show yet that the partition was added.
                consumer.Health.ThrowIfRefused();
                logger.LogDebug("The end of {Topic}[{Partition}] is not known yet: {Reason}", topic, partition, error.Error.Reason);
                stop.WaitHandle.WaitOne(_retryPause);
            }
        }
    }

    /// <summary>How far a partition is.</summary>
    private sealed class Part(int number)
    {
        internal int Number => number;

        /// <summary>The offset of the next record.</summary>
        internal long Next { get; set; }

        /// <summary>Up to where it is read for now: a last stable offset; -1 before that was asked for.</summary>
        internal long End { get; set; } = -1;

        /// <summary>What the end must have reached.</summary>
        internal long Least { get; init; }

        internal long AskedAt { get; set; }

        /// <summary>Whether records behind the end were handed over, and left.</summary>
        internal bool Passed { get; set; }
    }

    private sealed class Reading(RecordHandler take) : IRecordReceiver
    {
        private readonly Dictionary<int, Part> _parts = [];

        internal Dictionary<int, Part>.ValueCollection Unfinished => _parts.Values;

        public void OnRecord(in ConsumedRecord record)
        {
            if (!_parts.TryGetValue(record.Partition, out var part))
            {
                return;
            }

            if (record.Offset < part.End)
            {
                take(record);
            }
            else
            {
                part.Passed = true;
            }

            part.Next = Math.Max(part.Next, record.Offset + 1);
        }

        public void OnPartitionEnd(string topic, int partition, long offset)
        {
            if (_parts.TryGetValue(partition, out var part))
            {
                part.Next = Math.Max(part.Next, offset);
            }
        }

        internal void Add(Part part) => _parts.Add(part.Number, part);

        internal void Remove(Part part) => _parts.Remove(part.Number);
    }
}
