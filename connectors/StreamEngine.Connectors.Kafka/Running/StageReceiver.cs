using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>Hands each record to the task of its partition; what comes for one that is still restored is read again later.</summary>
internal readonly struct StageReceiver(Dictionary<int, StageTask> tasks, RestoringPartitions restoring) : IRecordReceiver
{
    public void OnRecord(in ConsumedRecord record)
    {
        if (!tasks.TryGetValue(record.Partition, out var task))
        {
            restoring.PassedOver(record.Partition, record.Offset);
            return;
        }

        task.CaughtUp = false;
        task.Take(record.Offset, record.Timestamp, record.Key, record.Value);
    }

    public void OnPartitionEnd(string topic, int partition, long offset)
    {
        if (tasks.TryGetValue(partition, out var task))
        {
            task.CaughtUp = true;
            if (task.NextOffset < 0)
            {
                task.StartAt(offset);
            }
        }
    }
}
