using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Kafka;

/// <summary>What a worker is doing, as others see it. Written by the worker's thread, read by any.</summary>
internal sealed class WorkerActivity(string name, TimeProvider time)
{
    /// <summary>How long a round of a worker's loop with nothing to do may take: it waits for records 50 ms at most.</summary>
    private static readonly TimeSpan _longestRound = TimeSpan.FromMilliseconds(500);

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
    private bool _beginning;
    private bool _joined;
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

    /// <summary>How long ago the worker's loop last went round; zero while it waits for Kafka to begin one.</summary>
    public TimeSpan SinceBeat => Volatile.Read(ref _beginning) ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _beat));

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

    /// <summary>The group has said which partitions are this worker's, be it none.</summary>
    public void Joined() => Volatile.Write(ref _joined, true);

    /// <summary>Why the worker is not at work, or nothing when it is.</summary>
    public IEnumerable<string> Unready
    {
        get
        {
            if (Connection is not { } connection)
            {
                yield return $"{name}: not started";
                yield break;
            }

            if (connection() is { Status: not ConnectionStatus.Up } state)
            {
                yield return $"{name}: Kafka is {state.Status.ToString().ToLowerInvariant()} ({state.LastError})";
            }

            if (!Volatile.Read(ref _joined))
            {
                yield return $"{name}: its group has not yet said which partitions it gets";
            }

            if (Restoring > 0)
            {
                yield return $"{name}: {Restoring} partitions are being restored";
            }
        }
    }

    /// <summary>How long there has been nothing to read, to send or to write. A worker that is busy with one call is not quiet: what will come of it is not known.</summary>
    public TimeSpan Quiet
    {
        get
        {
            lock (_lock)
            {
                return _quiet && SinceBeat < _longestRound ? time.GetUtcNow() - _since : TimeSpan.Zero;
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
    public void Beat()
    {
        Volatile.Write(ref _beat, time.GetTimestamp());
        Volatile.Write(ref _beginning, false);
    }

    /// <summary>The worker connects, for the first time or anew, however long that takes.</summary>
    public void Begins()
    {
        Volatile.Write(ref _beginning, true);
        Volatile.Write(ref _joined, false);
    }

    /// <summary>The sink has refused what it was given, and is tried again later.</summary>
    public void Refused()
    {
        Retried();
        State(false, 0);
        var last = Sink?.Invoke() ?? SinkState.Fine;
        Sink = () => last with { IsUp = false };
    }

    public void Skipped(long records) => Interlocked.Add(ref _skipped, records);

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
