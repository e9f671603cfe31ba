using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.State;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Reads partitions of a graph's state topic back, up to what was there when the reading began.</summary>
/// <remarks>
/// The end is the high watermark, not the last stable offset: a transaction that its dead owner left open, or that is just being
/// committed, is waited for until the broker has decided it. What was committed is thereby never missed.
/// </remarks>
internal sealed class StateLoader(KafkaSettings settings, string topic, string group, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("StreamEngine.State");

    /// <summary>Reads partitions.</summary>
    /// <exception cref="TimeoutException">The state could not be read in time.</exception>
    internal Dictionary<int, StateImage> Load(IReadOnlyCollection<int> partitions, TimeSpan timeout, CancellationToken stop)
    {
        var receiver = new Receiver();
        foreach (var (partition, end) in Ends(partitions, timeout))
        {
            receiver.Open(partition, end);
        }

        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = group, ReadCommitted = true }, _logger);
        consumer.Assign([.. receiver.Unfinished.Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning))]);
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (receiver.Unfinished.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            consumer.Poll(100, ref receiver);
            if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException($"the state in {topic} [{string.Join(", ", receiver.Unfinished)}] could not be read to its end within {timeout.TotalSeconds:0} s: a broker is missing, or a transaction is open there");
            }
        }

        return receiver.Images;
    }

    private List<(int Partition, long End)> Ends(IReadOnlyCollection<int> partitions, TimeSpan timeout)
    {
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = group, ReadCommitted = false }, _logger);
        return [.. partitions.Select(p => (p, consumer.QueryWatermarks(topic, p, timeout).High.Value))];
    }

    private struct Receiver : IRecordReceiver
    {
        private readonly Dictionary<int, long> _ends;

        public Receiver()
        {
            _ends = [];
            Images = [];
            Unfinished = [];
        }

        internal Dictionary<int, StateImage> Images { get; }

        internal HashSet<int> Unfinished { get; }

        internal readonly void Open(int partition, long end)
        {
            Images[partition] = new StateImage();
            _ends[partition] = end;
            if (end > 0)
            {
                Unfinished.Add(partition);
            }
        }

        public readonly void OnRecord(in ConsumedRecord record)
        {
            if (record.HasValue)
            {
                Images[record.Partition].Put(record.Key, record.Value);
            }
            else
            {
                Images[record.Partition].Delete(record.Key);
            }

            Finish(record.Partition, record.Offset + 1);
        }

        public readonly void OnPartitionEnd(string topic, int partition, long offset) => Finish(partition, offset);

        private readonly void Finish(int partition, long next)
        {
            if (next >= _ends[partition])
            {
                Unfinished.Remove(partition);
            }
        }
    }
}
