using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamEngine.Tests.Integration;

/// <summary>What other readers of a topic see.</summary>
internal static class Topic
{
    /// <summary>All records, in the order of partitions; those of transactions that were not committed are left out.</summary>
    public static List<(byte[]? Value, Dictionary<string, string> Headers)> ReadAll(string bootstrap, string topic)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = RealKafka.UniqueName("reader"),
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            FetchMaxBytes = 32 << 20,
            MessageMaxBytes = 16 << 20,
        };
        using var consumer = new ConsumerBuilder<Ignore, byte[]?>(config).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var open = admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics.Single().Partitions.Count;
        consumer.Assign(Enumerable.Range(0, open).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var records = new List<(byte[]?, Dictionary<string, string>)>();
        while (open > 0)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"topic {topic} could not be read to its end");
            if (read.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                records.Add((read.Message.Value, read.Message.Headers.ToDictionary(h => h.Key, h => Encoding.UTF8.GetString(h.GetValueBytes()))));
            }
        }

        return records;
    }

    /// <summary>The keys of the first records of partition 0.</summary>
    public static List<byte[]?> Keys(string bootstrap, string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[]?, Ignore>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = RealKafka.UniqueName("keys") }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return [.. Enumerable.Range(0, count).Select(_ => (consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"topic {topic} holds less than {count} records")).Message.Key)];
    }

    /// <summary>Writes records to partition 0; a null is a record without a value.</summary>
    public static void Write(string bootstrap, string topic, IEnumerable<byte[]?> values)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(new ProducerConfig { BootstrapServers = bootstrap, MessageMaxBytes = 10_000_000, EnableIdempotence = true }).Build();
        foreach (var value in values)
        {
            producer.Produce(new TopicPartition(topic, 0), new Message<Null, byte[]?> { Value = value }, report => Assert.False(report.Error.IsError, report.Error.Reason));
        }

        producer.Flush();
    }

    /// <summary>How many records all partitions have together, those of open transactions and their marks included.</summary>
    public static long Length(string bootstrap, string topic, int partitions)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = RealKafka.UniqueName("length") }).SetErrorHandler((_, _) => { }).Build();
        try
        {
            return Enumerable.Range(0, partitions).Sum(p => consumer.QueryWatermarkOffsets(new TopicPartition(topic, p), TimeSpan.FromSeconds(20)).High.Value);
        }
        catch (KafkaException error) when (error.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownPartition or ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable)
        {
            // It is just being created.
            return 0;
        }
    }

    /// <summary>Creates a topic with settings.</summary>
    public static async Task Create(string bootstrap, string name, int partitions, Dictionary<string, string> settings)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, Configs = settings }]);
    }

    /// <summary>Changes a setting of a topic.</summary>
    public static async Task Set(string bootstrap, string name, string setting, string value)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = name }] = [new ConfigEntry { Name = setting, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }

    /// <summary>The sum of the offsets that a group has committed.</summary>
    public static long Committed(string bootstrap, string group, string topic, int partitions)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = group }).Build();
        return consumer.Committed(Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p)), TimeSpan.FromSeconds(20)).Sum(o => Math.Max(0, o.Offset.Value));
    }

    /// <summary>How many partitions a topic has.</summary>
    public static int Partitions(string bootstrap, string name)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        return admin.GetMetadata(name, TimeSpan.FromSeconds(20)).Topics.Single().Partitions.Count;
    }

    /// <summary>Gives a topic more partitions, and returns when each has a leader.</summary>
    public static async Task Grow(string bootstrap, string name, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = name, IncreaseTo = partitions }]);
        await Eventually.Holds(
            () => Task.Run(() => admin.GetMetadata(name, TimeSpan.FromSeconds(10)).Topics.Single().Partitions is var all && all.Count == partitions && all.All(p => p.Leader > 0)),
            $"topic {name} has {partitions} partitions with leaders");
    }
}
