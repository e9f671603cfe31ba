using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Takes in a record.</summary>
internal delegate void RecordHandler(in ConsumedRecord record);

/// <summary>Reads committed records of a topic's partitions, up to what was there when the reading began.</summary>
/// <remarks>
/// The end is the high watermark, not the last stable offset: a transaction that its dead owner left open, or that is just being
/// committed, is waited for until the broker has decided it. What was committed is thereby never missed.
/// </remarks>
internal sealed class TopicReader(KafkaSettings settings, string topic, string group, ILogger logger)
{
    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(5);
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

    /// <summary>Reads partitions, however long that takes.</summary>
    /// <param name="starts">The partitions, and where to begin in each; -1 = at its first record.</param>
    /// <param name="take">Takes in each record.</param>
    /// <param name="complete">Is told of each partition that is read to its end, between two records.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    internal void Read(IReadOnlyDictionary<int, long> starts, RecordHandler take, Action<int> complete, CancellationToken stop)
    {
        var receiver = new Receiver(take);
        using (var asking = Consumer(readCommitted: false))
        {
            foreach (var (partition, start) in starts)
            {
                receiver.Open(partition, Math.Max(0, start), End(asking, partition, stop));
            }
        }

        receiver.TellComplete(complete);
        using var consumer = Consumer(readCommitted: true);
        consumer.Assign([.. receiver.Unfinished.Select(p => new TopicPartitionOffset(topic, p, starts[p] < 0 ? Offset.Beginning : starts[p]))]);
        var tell = Environment.TickCount64 + (long)_tellAfter.TotalMilliseconds;
        while (receiver.Unfinished.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Poll(100, ref receiver) > 0)
            {
                // It goes on, however much there is. What is done with a partition that is complete takes its time, too.
                receiver.TellComplete(complete);
                tell = Environment.TickCount64 + (long)_tellAfter.TotalMilliseconds;
                continue;
            }

            consumer.Health.ThrowIfRefused();
            receiver.TellComplete(complete);
            if (receiver.Unfinished.Count > 0 && Environment.TickCount64 > tell)
            {
                logger.LogWarning("{Topic} [{Partitions}] is still not read to its end: a broker is missing, or a transaction is open there. Waiting", topic, string.Join(", ", receiver.Unfinished));
                tell += (long)_tellAfter.TotalMilliseconds;
            }
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

    private readonly struct Receiver(RecordHandler take) : IRecordReceiver
    {
        private readonly Dictionary<int, long> _ends = [];
        private readonly List<int> _complete = [];

        internal HashSet<int> Unfinished { get; } = [];

        internal void Open(int partition, long start, long end)
        {
            _ends[partition] = end;
            Unfinished.Add(partition);
            Finish(partition, start);
        }

        internal void TellComplete(Action<int> complete)
        {
            foreach (var partition in _complete)
            {
                complete(partition);
            }

            _complete.Clear();
        }

        public void OnRecord(in ConsumedRecord record)
        {
            if (Unfinished.Contains(record.Partition) && record.Offset < _ends[record.Partition])
            {
                take(record);
            }

            Finish(record.Partition, record.Offset + 1);
        }

        public void OnPartitionEnd(string topic, int partition, long offset) => Finish(partition, offset);

        private void Finish(int partition, long next)
        {
            if (next >= _ends[partition] && Unfinished.Remove(partition))
            {
                _complete.Add(partition);
            }
        }
    }
}
