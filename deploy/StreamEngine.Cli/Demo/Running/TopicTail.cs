using Confluent.Kafka;

namespace StreamEngine.Cli.Demo;

/// <summary>Reads topics from their beginning as they grow, on a thread of its own.</summary>
internal sealed class TopicTail : IDisposable
{
    private readonly IConsumer<Ignore, byte[]> _consumer;
    private readonly Action<string, byte[]> _receive;
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;

    /// <summary>Starts to read.</summary>
    /// <param name="bootstrap">The broker.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="partitions">Partitions of each.</param>
    /// <param name="receive">Receives topic and value of each record, on the thread that reads.</param>
    public TopicTail(string bootstrap, IEnumerable<string> topics, int partitions, Action<string, byte[]> receive)
    {
        _receive = receive;
        var config = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "demo-view", EnableAutoCommit = false, FetchWaitMaxMs = 20, FetchQueueBackoffMs = 10, AllowAutoCreateTopics = false };
        _consumer = new ConsumerBuilder<Ignore, byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _consumer.Assign(topics.SelectMany(t => Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(t, p, Offset.Beginning))));
        _thread = new Thread(Read) { IsBackground = true, Name = "demo.tail" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _thread.Join();
        _consumer.Close();
        _consumer.Dispose();
        _end.Dispose();
    }

    private void Read()
    {
        while (!_end.IsCancellationRequested)
        {
            if (_consumer.Consume(50) is { Message.Value: { } value } result)
            {
                _receive(result.Topic, value);
            }
        }
    }
}
