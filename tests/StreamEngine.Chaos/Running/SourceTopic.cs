using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamEngine.Chaos.Posts;

namespace StreamEngine.Chaos.Running;

/// <summary>The topic with the posts: writes the script into it, each post once whatever happens to the brokers, and knows how far the engine is.</summary>
internal sealed class SourceTopic : IDisposable
{
    private const int Block = 200;
    private const int PartitionSeed = 77;
    private static readonly TimeSpan _callPatience = TimeSpan.FromSeconds(30);

    private readonly IPosts _posts;
    private readonly PostRecord _record = new();
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly IAdminClient _admin;
    private readonly IConsumer<Ignore, Ignore> _lookup;
    private readonly string _group;
    private readonly HashSet<int> _begun = [];
    private readonly ConcurrentDictionary<int, long> _ends = [];
    private volatile Error? _failure;

    public SourceTopic(IPosts posts, Names names, string bootstrap, int partitions)
    {
        (_posts, Name, _group, Partitions) = (posts, names.Source, names.IngestGroup, partitions);
        var config = new ProducerConfig
        {
            BootstrapServers = bootstrap,
            EnableIdempotence = true,
            LingerMs = 20,
            CompressionType = CompressionType.Lz4,
            MessageTimeoutMs = 0,
            TopicMetadataRefreshIntervalMs = 1000,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 500,
        };
        _producer = new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        _admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        _lookup = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = _group, EnableAutoCommit = false, ReconnectBackoffMaxMs = 500 })
            .SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    public string Name { get; }

    public int Partitions { get; private set; }

    /// <summary>How many posts have been handed to the producer.</summary>
    public long Written { get; private set; }

    /// <summary>Creates the topic.</summary>
    public async Task Create()
    {
        await _admin.CreateTopicsAsync([new TopicSpecification { Name = Name, NumPartitions = Partitions }]);
        await Ready(Partitions);
    }

    /// <summary>Adds partitions, and returns when they can be written to.</summary>
    public async Task Grow(int by)
    {
        var wanted = Partitions + by;
        await _admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Name, IncreaseTo = wanted }]);
        await Ready(wanted);
        Partitions = wanted;
    }

    /// <summary>Writes the next posts, up to a number and about so many a second, while others go on.</summary>
    public Task WriteUpTo(long number, double perSecond) => Task.Run(async () =>
    {
        var (first, watch) = (Written, Stopwatch.StartNew());
        while (Written < number)
        {
            for (var end = Math.Min(number, Written + Block); Written < end; Written++)
            {
                var post = _posts[Written];
                Write(post, PartitionFor(post));
            }

            var ahead = TimeSpan.FromSeconds((Written - first) / perSecond) - watch.Elapsed;
            if (ahead > TimeSpan.FromMilliseconds(5))
            {
                await Task.Delay(ahead);
            }
        }

        Flush();
    });

    /// <summary>Writes posts, the next ones, to partitions in turn.</summary>
    public void Write(IEnumerable<ScriptedPost> posts)
    {
        foreach (var (i, post) in posts.Index())
        {
            Write(post, i % Partitions);
            Written++;
        }

        Flush();
    }

    /// <summary>The offset behind the last record of each partition that Kafka has acknowledged.</summary>
    public Dictionary<int, long> Ends() => new(_ends);

    /// <summary>The offset up to which the engine has committed each partition.</summary>
    public Dictionary<int, long> Committed() =>
        _lookup.Committed(Enumerable.Range(0, Partitions).Select(p => new TopicPartition(Name, p)), _callPatience)
            .ToDictionary(p => p.Partition.Value, p => Math.Max(0, p.Offset.Value));

    /// <summary>Whether the engine has committed all that <paramref name="ends"/> names. False where the brokers do not answer just now.</summary>
    public bool IsDone(Dictionary<int, long> ends)
    {
        try
        {
            var committed = Committed();
            return ends.All(end => committed[end.Key] >= end.Value);
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    /// <summary>How many members the engine's group has.</summary>
    public async Task<int> Members()
    {
        var groups = await _admin.DescribeConsumerGroupsAsync([_group]);
        return groups.ConsumerGroupDescriptions[0].Members.Count;
    }

    /// <summary>Whether all replicas of all topics are in step.</summary>
    public bool IsInSync(int replicas)
    {
        var topics = _admin.GetMetadata(_callPatience).Topics;
        return topics.SelectMany(t => t.Partitions).All(p => p.InSyncReplicas.Length == replicas);
    }

    public void Dispose()
    {
        _lookup.Dispose();
        _admin.Dispose();
        _producer.Dispose();
        _record.Dispose();
    }

    /// <summary>The post's number as the record's key.</summary>
    public static long NumberOf(byte[] key) => long.Parse(Encoding.ASCII.GetString(key), CultureInfo.InvariantCulture);

    /// <summary>
    /// Partitions by chance. A partition that is new to a running graph begins with a post that is not late: nobody waits for one that was
    /// not there when older windows were closed for good.
    /// </summary>
    private int PartitionFor(in ScriptedPost post)
    {
        var partition = new PostDice(PartitionSeed, post.Number).Next(Partitions);
        if (_begun.Contains(partition) || post.IsPunctual)
        {
            _begun.Add(partition);
            return partition;
        }

        return _begun.Order().FirstOrDefault();
    }

    private void Write(in ScriptedPost post, int partition)
    {
        var message = new Message<byte[], byte[]> { Key = Encoding.ASCII.GetBytes(post.Number.ToString(CultureInfo.InvariantCulture)), Value = _record.Write(post) };
        while (true)
        {
            try
            {
                _producer.Produce(new TopicPartition(Name, partition), message, Acknowledge);
                return;
            }
            catch (ProduceException<byte[], byte[]> error) when (error.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private void Acknowledge(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            _failure ??= report.Error;
        }
        else
        {
            _ends[report.Partition.Value] = report.Offset.Value + 1;
        }
    }

    private void Flush()
    {
        while (_producer.Flush(TimeSpan.FromSeconds(1)) > 0)
        {
            ThrowIfFailed();
        }

        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException($"a post could not be written: {failure.Reason}");
        }
    }

    private Task Ready(int partitions) => Eventually.Holds(
        () => _admin.GetMetadata(Name, _callPatience).Topics is [{ Partitions: var all }] && all.Count == partitions && all.All(p => p.Leader > 0),
        $"topic {Name} has {partitions} partitions with leaders",
        TimeSpan.FromMinutes(1));
}
