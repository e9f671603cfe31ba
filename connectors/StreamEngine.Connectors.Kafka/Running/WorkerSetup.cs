using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;

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

    /// <summary>Where the process's source partitions are in event time; only in an ingest stage.</summary>
    public EventClock? EventClock { get; init; }

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
    private long _checkpointMilliseconds;
    private long _checkpointBytes;
    private long _retries;
    private long _beat = time.GetTimestamp();
    private long _restoreMilliseconds;
    private bool _quiet;
    private DateTimeOffset _since = time.GetUtcNow();

    public string Name => name;

    /// <summary>Records read by this process.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Checkpoints committed by this process.</summary>
    public long Checkpoints => Interlocked.Read(ref _checkpoints);

    /// <summary>How long they took, in all.</summary>
    public TimeSpan CheckpointTime => TimeSpan.FromMilliseconds(Interlocked.Read(ref _checkpointMilliseconds));

    /// <summary>Bytes of output and state in them.</summary>
    public long CheckpointBytes => Interlocked.Read(ref _checkpointBytes);

    /// <summary>Checkpoints that were sent again and times that the worker started anew.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>How long ago the worker's loop last went round.</summary>
    public TimeSpan SinceBeat => time.GetElapsedTime(Volatile.Read(ref _beat));

    /// <summary>Partitions whose state is being read back now.</summary>
    public int Restoring { get; set; }

    /// <summary>Partitions held because they are ahead in event time.</summary>
    public int Held { get; set; }

    /// <summary>How the worker's clients stand with Kafka; null while it has none.</summary>
    public Func<ConnectionState>? Connection { get; set; }

    /// <summary>How a writer's sink stands; null for other workers.</summary>
    public Func<SinkState>? Sink { get; set; }

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

    /// <summary>A checkpoint, or a sink's flush, is done.</summary>
    public void Committed(TimeSpan took, long bytes)
    {
        Interlocked.Increment(ref _checkpoints);
        Interlocked.Add(ref _checkpointMilliseconds, (long)took.TotalMilliseconds);
        Interlocked.Add(ref _checkpointBytes, bytes);
    }

    /// <summary>A checkpoint was rolled back and is sent again, or the worker started anew.</summary>
    public void Retried() => Interlocked.Increment(ref _retries);

    /// <summary>The worker's loop went round.</summary>
    public void Beat() => Volatile.Write(ref _beat, time.GetTimestamp());

    public void Skipped() => Interlocked.Increment(ref _skipped);

    public void Report(int partition, PartitionProgress progress)
    {
        lock (_lock)
        {
            _partitions[partition] = progress;
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
/// <param name="End">The offset after the last record that the broker has, as last heard; -1 where it is not known.</param>
/// <param name="EventTime">How far it is in event time, ms since 1970; <see cref="long.MinValue"/> where none is known.</param>
/// <param name="IsHere">Whether this process has the partition now.</param>
public readonly record struct PartitionProgress(long NextOffset, Ledger Ledger, long End = -1, long EventTime = long.MinValue, bool IsHere = false);
