using Confluent.Kafka;

namespace StreamEngine.Chaos.Running;

/// <summary>Reads topics as others do: what was not committed is not seen.</summary>
internal static class TopicReader
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>All records up to the end, each partition in order.</summary>
    public static IEnumerable<ConsumeResult<byte[]?, byte[]?>> All(string bootstrap, string topic)
    {
        using var consumer = Open(bootstrap, topic, Offset.Beginning, out var partitions);
        for (var open = partitions; open > 0;)
        {
            var read = consumer.Consume(_patience) ?? throw new TimeoutException($"topic {topic} could not be read to its end within {_patience.TotalSeconds} s");
            if (read.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                yield return read;
            }
        }
    }

    /// <summary>Records as they come, from now on, until stopped.</summary>
    public static void Follow(string bootstrap, string topic, Action<ConsumeResult<byte[]?, byte[]?>> take, CancellationToken stop)
    {
        using var consumer = Open(bootstrap, topic, Offset.End, out _);
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { IsPartitionEOF: false } read)
            {
                take(read);
            }
        }
    }

    private static IConsumer<byte[]?, byte[]?> Open(string bootstrap, string topic, Offset from, out int partitions)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = RealKafka.UniqueName("reader"),
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            FetchWaitMaxMs = 20,
        };
        var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics.Single().Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, from)));
        return consumer;
    }
}
