using System.Text;
using Confluent.Kafka;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Tests.Connectors.Kafka;

/// <summary>Where the reading of a topic ends whose writers go on.</summary>
[Collection(KafkaCollection.Name)]
public sealed class TopicReaderTests(RealKafka kafka)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<string> _read = [];
    private readonly List<int> _complete = [];
    private readonly LogLines _log = new();

    [KafkaTheory]
    [InlineData(true, new[] { "0", "1", "2", "first half", "second half" })]
    [InlineData(false, new[] { "0", "1", "2" })]
    public async Task A_transaction_that_is_open_when_the_reading_begins_is_taken_whole_or_not_at_all(bool waitForOpen, string[] expected)
    {
        var topic = await kafka.CreateTopic("halves");
        using var whole = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(whole, topic, 0, 0, 3);
        using var halved = Open(topic + "-halved");
        Send(halved, topic, 0, "first half");

        // By the time that a record is handed over the reader has asked for the end, which is in the middle of the transaction.
        Read(topic, 1, waitForOpen, TimeProvider.System, () =>
        {
            Send(halved, topic, 0, "second half");
            halved.CommitTransaction(_patience);
        });

        Assert.Equal(expected, _read);
    }

    [KafkaTheory]
    [InlineData(1, new[] { "0", "1", "2" })]
    [InlineData(5, new[] { "0", "1", "2", "later" })]
    public async Task What_is_written_during_a_reading_that_takes_long_is_read_too(int seconds, string[] expected)
    {
        var topic = await kafka.CreateTopic("long", 2);
        using var producer = Sent.Producer(kafka.Bootstrap, topic, _log);
        Sent.Numbers(producer, topic, 0, 0, 3);

        Read(topic, 2, true, _time, () =>
        {
            producer.Commit(Sent.Texts(0, ["later"]), [topic], [], null);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        });

        Assert.Equal(expected, _read);
        Assert.Equal([0, 1], _complete.Order());
    }

    [KafkaFact]
    public async Task Transactions_that_were_rolled_back_or_end_a_partition_without_a_record_do_not_hold_the_reading_up()
    {
        var topic = await kafka.CreateTopic("rolled-back", 3);
        using var producer = Open(topic);
        Send(producer, topic, 0, "never");
        producer.AbortTransaction(_patience);
        producer.BeginTransaction();
        Send(producer, topic, 1, "last");
        producer.CommitTransaction(_patience);

        Read(topic, 3, true, TimeProvider.System, () => { });

        Assert.Equal(["last"], _read);
        Assert.Equal([0, 1, 2], _complete.Order());
    }

    private static void Send(IProducer<string, string> producer, string topic, int partition, string value)
    {
        producer.Produce(new TopicPartition(topic, partition), new Message<string, string> { Key = value, Value = value });
        producer.Flush(_patience);
    }

    private IProducer<string, string> Open(string id)
    {
        var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Bootstrap, TransactionalId = id }).Build();
        producer.InitTransactions(_patience);
        producer.BeginTransaction();
        return producer;
    }

    private void Read(string topic, int partitions, bool waitForOpen, TimeProvider time, Action atFirst)
    {
        using var stop = new CancellationTokenSource(_patience);
        new TopicReader(Sent.To(kafka.Bootstrap), topic, "reader-" + topic, time, _log).Read(
            Enumerable.Range(0, partitions).ToDictionary(p => p, _ => -1L), waitForOpen, Take, _complete.Add, stop.Token);

        void Take(in ConsumedRecord record)
        {
            _read.Add(Encoding.UTF8.GetString(record.Value));
            if (_read.Count == 1)
            {
                atFirst();
            }
        }
    }
}
