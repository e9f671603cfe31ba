using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>What a worker is made with; the same each time it is started anew.</summary>
internal sealed record WorkerSetup
{
    public required GraphPlan Plan { get; init; }

    public required StagePlan Stage { get; init; }

    public required KafkaSettings Settings { get; init; }

    public required GraphTopics Topics { get; init; }

    public required string TransactionalId { get; init; }

    /// <summary>The cluster, with what only producers take.</summary>
    public required KafkaSettings ProducerSettings { get; init; }

    public required bool FromLatest { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required WorkerActivity Activity { get; init; }

    /// <summary>The consumer group.</summary>
    public string Group => $"{Plan.Graph.Name}.{Stage.Id}";

    /// <summary>The topic of a stage that reads one.</summary>
    public TopicPlan Input => Stage.Inputs[0].Topic;

    /// <summary>How many partitions a topic has now.</summary>
    public int PartitionsOf(TopicPlan topic) => Topics.PartitionsOf(topic);
}

/// <summary>What a worker is doing, as others see it. Written by the worker's thread, read by any.</summary>
internal sealed class WorkerActivity(string name, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, PartitionProgress> _partitions = [];
    private long _records;
    private long _checkpoints;
    private long _skipped;
    private long _restores;
    private long _restoreMilliseconds;
    private bool _quiet;
    private DateTimeOffset _since = time.GetUtcNow();

    public string Name => name;

    /// <summary>Records read by this process.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Checkpoints committed by this process.</summary>
    public long Checkpoints => Interlocked.Read(ref _checkpoints);

    /// <summary>Partitions whose state was read back by this process.</summary>
    public long Restores => Interlocked.Read(ref _restores);

    /// <summary>How long reading it back took, in all.</summary>
    public TimeSpan RestoreTime => TimeSpan.FromMilliseconds(Interlocked.Read(ref _restoreMilliseconds));

    /// <summary>Records that a sink could not take.</summary>
    public long SkippedRecords => Interlocked.Read(ref _skipped);

    /// <summary>How long there has been nothing to read, to send or to write.</summary>
    public TimeSpan Quiet
    {
        get
        {
            lock (_lock)
            {
                return _quiet ? time.GetUtcNow() - _since : TimeSpan.Zero;
            }
        }
    }

    /// <summary>How many partitions this worker has now, over all its topics.</summary>
    public int Assigned { get; private set; }

    /// <summary>The ledgers of the partitions that this worker has or had, as it last knew them.</summary>
    public IReadOnlyDictionary<int, PartitionProgress> Partitions
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<int, PartitionProgress>(_partitions);
            }
        }
    }

    public void Read(int records)
    {
        Interlocked.Add(ref _records, records);
        State(false, Assigned);
    }

    /// <summary>A partition's state was read back.</summary>
    public void Restored(TimeSpan took)
    {
        Interlocked.Increment(ref _restores);
        Interlocked.Add(ref _restoreMilliseconds, (long)took.TotalMilliseconds);
    }

    public void Committed() => Interlocked.Increment(ref _checkpoints);

    public void Skipped() => Interlocked.Increment(ref _skipped);

    public void Report(int partition, Ledger ledger, long nextOffset)
    {
        lock (_lock)
        {
            _partitions[partition] = new PartitionProgress(nextOffset, ledger);
        }
    }

    public void State(bool quiet, int assigned)
    {
        lock (_lock)
        {
            Assigned = assigned;
            if (quiet != _quiet)
            {
                (_quiet, _since) = (quiet, time.GetUtcNow());
            }
        }
    }
}

/// <summary>How far a partition of the input is worked on.</summary>
/// <param name="NextOffset">The first offset not yet taken; -1 where none is known.</param>
/// <param name="Ledger">Where its records went, since the first one ever.</param>
public readonly record struct PartitionProgress(long NextOffset, Ledger Ledger);
