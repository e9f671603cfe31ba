using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.State;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Reads partitions of a graph's state topic back, up to what was there when the reading began.</summary>
/// <remarks>
/// The end is the high watermark, not the last stable offset: a transaction that its dead owner left open, or that is just being
/// committed, is waited for until the broker has decided it. What was committed is thereby never missed.
/// </remarks>
internal sealed class StateLoader(KafkaSettings settings, string topic, string group, ILogger logger)
{
    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _retryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _tellAfter = TimeSpan.FromSeconds(20);

    /// <summary>Reads partitions, however long that takes, and hands each over when it is complete.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    internal void Load(IReadOnlyCollection<int> partitions, Action<int, StateImage> complete, CancellationToken stop)
    {
        var receiver = new Receiver(stop);
        foreach (var (partition, end) in Ends(partitions, stop))
        {
            receiver.Open(partition, end);
        }

        receiver.HandOver(complete);
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = group, ReadCommitted = true }, logger);
        consumer.Assign([.. receiver.Unfinished.Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))]);
        var tell = Environment.TickCount64 + (long)_tellAfter.TotalMilliseconds;
        while (receiver.Unfinished.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            consumer.Poll(100, ref receiver);
            consumer.Health.ThrowIfRefused();
            receiver.HandOver(complete);
            if (Environment.TickCount64 > tell)
            {
                logger.LogWarning("The state in {Topic} [{Partitions}] is still not read to its end: a broker is missing, or a transaction is open there. Waiting", topic, string.Join(", ", receiver.Unfinished));
                tell += (long)_tellAfter.TotalMilliseconds;
            }
        }
    }

    private List<(int Partition, long End)> Ends(IReadOnlyCollection<int> partitions, CancellationToken stop)
    {
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = group, ReadCommitted = false }, logger);
        return [.. partitions.Select(p => (p, End(consumer, p, stop)))];
    }

    private long End(SpanConsumer consumer, int partition, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                return consumer.QueryWatermarks(topic, partition, _callPatience).High.Value;
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

    private readonly struct Receiver(CancellationToken stop) : IRecordReceiver
    {
        private readonly Dictionary<int, long> _ends = [];
        private readonly Dictionary<int, StateImage> _images = [];
        private readonly List<int> _complete = [];

        internal HashSet<int> Unfinished { get; } = [];

        internal void Open(int partition, long end)
        {
            _images[partition] = new StateImage();
            _ends[partition] = end;
            Unfinished.Add(partition);
            Finish(partition, 0);
        }

        internal void HandOver(Action<int, StateImage> complete)
        {
            foreach (var partition in _complete)
            {
                stop.ThrowIfCancellationRequested();
                _images.Remove(partition, out var image);
                complete(partition, image!);
            }

            _complete.Clear();
        }

        public void OnRecord(in ConsumedRecord record)
        {
            if (!Unfinished.Contains(record.Partition))
            {
                return;
            }

            if (record.HasValue)
            {
                _images[record.Partition].Put(record.Key, record.Value);
            }
            else
            {
                _images[record.Partition].Delete(record.Key);
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
