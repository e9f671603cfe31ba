using StreamEngine.Connectors.Embedded;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>What the engine needs of a broker, on librdkafka's mock cluster.</summary>
public sealed class EmbeddedBrokerTests
{
    private readonly LogLines _log = new();

    [Fact]
    public void Transactions_carry_records_with_headers_and_a_group_reads_and_seeks_them()
    {
        using var embedded = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new EmbeddedTopic("posts", 2)] });
        using var producer = Sent.Producer(embedded.Bootstrap, "worker", _log);
        var headers = new ByteArena();
        RecordHeaders.Add(headers, "source"u8, "posts");
        var records = Sent.Texts(1, Enumerable.Range(0, 1000).Select(i => $"{i}"));
        records.Append(0, 1, "h"u8, "with headers"u8, headers.Buffer.AsSpan(0, headers.Length));
        records.AppendTombstone(0, 1, "gone"u8);
        producer.Commit(records, ["posts"], [], null);

        var settings = Sent.To(embedded.Bootstrap, ("session.timeout.ms", "1500"), ("heartbeat.interval.ms", "100"));
        using var consumer = new SpanConsumer(settings, new SpanConsumerOptions { GroupId = "g" }, _log, new FromCommitted());
        consumer.Subscribe("posts");
        var got = new Collected();
        got.Until(consumer, () => got.Records.Count >= 1002 && got.Ends.Count >= 2, "all records and both ends");
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}").Append("with headers").Append("<null>"), got.Texts);
        Assert.Equal("posts", RecordHeaders.Text(got.Records[1000].Headers, "source"u8));

        got.Records.Clear();
        consumer.Seek("posts", 1, 990);
        got.Until(consumer, () => got.Records.Count >= 12, "the last twelve");
        Assert.Equal(Enumerable.Range(990, 12).Select(i => (long)i), got.Records.Select(r => r.Offset));

        // The transaction's end takes an offset of its own.
        Assert.Equal(1003, consumer.QueryWatermarks("posts", 1, TimeSpan.FromSeconds(10)).High.Value);
        producer.Commit(new OutputBuffer(), [], [new Confluent.Kafka.TopicPartitionOffset("posts", 1, 1002)], consumer.Member);
    }
}
