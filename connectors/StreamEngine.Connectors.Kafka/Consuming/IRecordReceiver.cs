namespace StreamEngine.Connectors.Kafka;

/// <summary>Takes in what <see cref="SpanConsumer.Poll{TReceiver}"/> reads. A struct is called without indirection.</summary>
public interface IRecordReceiver
{
    /// <summary>A record; valid only during the call. Must not call back into the consumer.</summary>
    void OnRecord(in ConsumedRecord record);

    /// <summary>A partition is read to its end for now; <paramref name="offset"/> is that of the next record to be written to it.</summary>
    void OnPartitionEnd(string topic, int partition, long offset);
}
