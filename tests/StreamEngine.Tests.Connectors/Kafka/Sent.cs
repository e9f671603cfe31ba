using System.Text;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>Puts records into topics for tests.</summary>
internal static class Sent
{
    public static KafkaSettings To(string bootstrap, params (string Name, string Value)[] settings) =>
        new(bootstrap, settings.Select(s => KeyValuePair.Create(s.Name, s.Value)));

    public static TransactionalProducer Producer(string bootstrap, string id, LogLines log)
    {
        var producer = new TransactionalProducer(To(bootstrap), id, log);
        producer.Initialize(TimeSpan.FromSeconds(60));
        return producer;
    }

    public static OutputBuffer Texts(int partition, IEnumerable<string> values)
    {
        var records = new OutputBuffer();
        foreach (var value in values)
        {
            records.Append(0, partition, Encoding.UTF8.GetBytes("k" + value), Encoding.UTF8.GetBytes(value));
        }

        return records;
    }

    /// <summary>Commits the numbers from <paramref name="first"/> on to one partition.</summary>
    public static void Numbers(TransactionalProducer producer, string topic, int partition, int first, int count) =>
        producer.Commit(Texts(partition, Enumerable.Range(first, count).Select(i => $"{i}")), [topic], [], null);

    public static SpanConsumer Reader(string bootstrap, string topic, int partitions, LogLines log, bool committed = true, Offset? from = null)
    {
        var consumer = new SpanConsumer(To(bootstrap), new SpanConsumerOptions { GroupId = "reader-" + topic, ReadCommitted = committed }, log);
        consumer.Assign([.. Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, from ?? Offset.Beginning))]);
        return consumer;
    }
}
