using Microsoft.Extensions.Logging;
using StreamEngine.Core.State;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Reads the state of a graph's partitions back.</summary>
internal sealed class StateLoader(KafkaSettings settings, string topic, string group, TimeProvider time, ILogger logger)
{
    /// <summary>Reads partitions, however long that takes, and hands each over when it is complete.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="prefix">Only entries whose keys begin so are kept.</param>
    /// <param name="complete">Takes in a partition.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="AccessRefusedException">The brokers turn this client away.</exception>
    internal void Load(IReadOnlyCollection<int> partitions, byte[] prefix, Action<int, StateImage> complete, CancellationToken stop)
    {
        var images = partitions.ToDictionary(p => p, _ => new StateImage());
        new TopicReader(settings, topic, group, time, logger).Read(partitions.ToDictionary(p => p, _ => -1L), waitForOpen: true, Take, Complete, stop);

        void Take(in ConsumedRecord record)
        {
            if (!record.Key.StartsWith(prefix))
            {
                return;
            }

            if (record.HasValue)
            {
                images[record.Partition].Put(record.Key, record.Value);
            }
            else
            {
                images[record.Partition].Delete(record.Key);
            }
        }

        void Complete(int partition)
        {
            stop.ThrowIfCancellationRequested();
            images.Remove(partition, out var image);
            complete(partition, image!);
        }
    }
}
