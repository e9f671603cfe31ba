using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// One thread of a stage: a consumer, a transactional producer and the tasks of the partitions that the group gives it. It reads,
/// works, and at each checkpoint sends outputs, state and offsets in one transaction.
/// </summary>
internal sealed class StageWorker : IAssignmentListener, IDisposable
{
    private const long RetryPauseMs = 100;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    /// <summary>How long a last checkpoint may take when the process is to stop.</summary>
    private static readonly TimeSpan _stopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestHold = TimeSpan.FromMinutes(2);

    private readonly WorkerSetup _setup;
    private readonly ILogger _logger;
    private readonly SpanConsumer _consumer;
    private readonly TransactionalProducer _producer;
    private readonly Committer _committer;
    private readonly Dictionary<int, StageTask> _tasks = [];
    private readonly RestoringPartitions _restoring;
    private readonly DriftBrake _brake;
    private readonly Dictionary<int, long> _committed = [];
    private readonly TaskEnvironment _environment;
    private readonly CancellationToken _stop;
    private OutputBuffer _spare = new();
    private OutputBuffer? _sent;
    private List<TopicPartitionOffset> _sentOffsets = [];
    private long _firstSentAt;
    private long _lastSentAt;
    private bool _abandoned;
    private bool _retry;
    private long _uncut;
    private long _sentBytes;
    private long _unconfirmed;
    private long _lastCut;

    internal StageWorker(WorkerSetup setup, CancellationToken stop)
    {
        _setup = setup;
        _stop = stop;
        _logger = setup.Loggers.CreateLogger($"{setup.Plan.Graph.Name}.{setup.Stage.Id}");
        _environment = new TaskEnvironment
        {
            Time = setup.Time,
            Loggers = setup.Loggers,
            PartitionsOf = setup.PartitionsOf,
            RecordLimitOf = setup.Topics.RecordLimitOf,
            InputPartitions = setup.PartitionsOf(setup.Input),
            PartitionNewsDelay = GraphTopics.NewsDelay(setup.Plan.Graph.Runtime.CheckpointInterval),
            InputName = setup.Input.Name,
            HearSource = setup.EventClock.Hear,
            Outputs = new OutputBuffer(),
        };
        _producer = new TransactionalProducer(setup.ProducerSettings, setup.TransactionalId, _logger, setup.Time);
        try
        {
            _producer.Initialize(TimeSpan.MaxValue, stop);
        }
        catch
        {
            _producer.Dispose();
            throw;
        }

        _consumer = new SpanConsumer(setup.Settings, new SpanConsumerOptions { GroupId = setup.Group, OnlyFromPositions = true }, _logger, this, setup.Time);
        _restoring = new RestoringPartitions(setup, _environment, _consumer, _logger, stop);
        _brake = new DriftBrake(setup, _consumer, _logger);
        setup.Activity.Connection = () => Worse(_consumer.Health.Current, _producer.Health.Current);
        _committer = new Committer(_producer, [.. setup.Plan.Topics.Select(t => t.Name)], setup.TransactionalId, _logger);
    }

    /// <summary>Reads and works until stopped; then takes a last checkpoint and leaves the group.</summary>
    /// <exception cref="FencedException">Another process has taken this one's place.</exception>
    /// <exception cref="TransactionAbortedException">A checkpoint could not be committed.</exception>
    /// <exception cref="TaskException">An operator failed.</exception>
    internal void Run()
    {
        _consumer.Subscribe(_setup.Input.Name);
        var receiver = new StageReceiver(_tasks, _restoring);
        while (!_stop.IsCancellationRequested)
        {
            var read = _consumer.Poll(PollTimeout(), ref receiver);
            _consumer.Health.ThrowIfRefused();
            FollowInput();
            _restoring.Advance(Adopt);
            _brake.Balance(_tasks);
            if (read > 0)
            {
                _setup.Activity.Read(read);
                _uncut += read;
            }
            else
            {
                PushAll();
            }

            Resend();
            if (IsDue())
            {
                Checkpoint();
            }

            Report();
        }

        _consumer.Close();
    }

    /// <inheritdoc/>
    public IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions)
    {
        _setup.Activity.Joined();
        _restoring.Begin([.. partitions.Select(p => p.Partition.Value)]);
        // Where to begin is known when the state is there. Until then there is little to fetch at the end.
        return partitions.Select(p => new TopicPartitionOffset(p, Offset.End));
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<TopicPartitionOffset> partitions)
    {
        if (_abandoned)
        {
            return;
        }

        CheckpointNow();
        foreach (var partition in partitions)
        {
            Drop(partition.Partition.Value);
            _logger.LogInformation("Stage {Stage} hands over {Topic}[{Partition}]", _setup.Stage.Id, partition.Topic, partition.Partition.Value);
        }
    }

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<TopicPartition> partitions)
    {
        if (!_abandoned)
        {
            throw new FencedException($"stage {_setup.Stage.Id}: the group has taken {string.Join(", ", partitions)} away, because this process was silent for too long; what it had not committed is dropped, and is worked on again by whoever has the partitions now");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // After a failure the tasks' outputs are those of half a batch: they must not be committed when leaving the group hands partitions over.
        _abandoned = true;
        _restoring.Dispose();
        Abandon();
        while (!_committer.TryEnd(TimeSpan.FromMilliseconds(100)))
        {
            if (_stop.IsCancellationRequested)
            {
                // The process ends, and Kafka does not answer: what the committer still uses is not freed.
                return;
            }
        }

        _consumer.Dispose();
        _committer.Dispose();
        _producer.Dispose();
    }

    private void Abandon()
    {
        foreach (var (partition, task) in _tasks)
        {
            _brake.Forget(partition);
            _setup.Activity.Report(partition, Progress(task, isHere: false));
            task.Dispose();
        }

        _tasks.Clear();
        ForgetHeardWithoutTasks();
    }

    private void ForgetHeardWithoutTasks()
    {
        if (_setup.Stage.Kind == StageKind.Aggregate && _tasks.Count == 0)
        {
            _setup.EventClock.ForgetHeard();
        }
    }

    private void Adopt(StageTask task)
    {
        _tasks[task.Partition] = task;
        _committed[task.Partition] = task.NextOffset;
    }

    /// <summary>Where the input has been given more partitions: the tasks tell so to the next stage, and the group shares them out.</summary>
    private void FollowInput()
    {
        if (_setup.PartitionsOf(_setup.Input) is var partitions && partitions != _environment.InputPartitions)
        {
            _environment.InputPartitions = partitions;
            _consumer.LookForPartitions();
        }
    }

    private int PollTimeout()
    {
        var left = _lastCut + (long)_setup.Plan.Graph.Runtime.CheckpointInterval.TotalMilliseconds - Environment.TickCount64;
        return (int)Math.Clamp(left, 1, 50);
    }

    private void PushAll()
    {
        foreach (var task in _tasks.Values)
        {
            task.Push();
        }
    }

    private bool IsDue()
    {
        var full = _environment.Outputs.ByteCount >= _setup.Plan.Graph.Runtime.CheckpointBytes;
        if (full)
        {
            // Memory is bounded: nothing further is read before the checkpoint on its way is done, unless the group would take this
            // member for dead.
            WaitForCommitter(_longestHold);
        }

        var due = Environment.TickCount64 - _lastCut >= _setup.Plan.Graph.Runtime.CheckpointInterval.TotalMilliseconds;
        return (due || full) && _committer.IsIdle && _sent is null;
    }

    private void WaitForCommitter(TimeSpan atMost)
    {
        var until = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (!_committer.Wait(TimeSpan.FromMilliseconds(50)) && !_stop.IsCancellationRequested && Environment.TickCount64 < until)
        {
            _consumer.Health.ThrowIfRefused();
            ThrowIfStuck();
        }

        Resend();
    }

    /// <summary>Takes a checkpoint and sends it, where anything has changed.</summary>
    /// <remarks>
    /// Time alone changes things, too, and Kafka asks whether a worker still has its partitions only where it commits offsets: so there
    /// is always one, and no checkpoint before one is known.
    /// </remarks>
    private void Checkpoint()
    {
        _lastCut = Environment.TickCount64;
        if (_tasks.Values.All(task => task.NextOffset < 0))
        {
            return;
        }

        var offsets = new List<TopicPartitionOffset>();
        foreach (var (partition, task) in _tasks)
        {
            task.Cut();
            if (task.NextOffset >= 0 && task.NextOffset != _committed[partition])
            {
                offsets.Add(OffsetOf(task));
                _committed[partition] = task.NextOffset;
            }
        }

        if (_environment.Outputs.Count == 0)
        {
            return;
        }

        if (offsets.Count == 0)
        {
            offsets.Add(OffsetOf(_tasks.Values.First(task => task.NextOffset >= 0)));
        }

        _sent = _environment.Outputs;
        _sentOffsets = offsets;
        _environment.Outputs = _spare;
        _spare = _sent;
        (_unconfirmed, _uncut) = (_uncut, 0);
        _sentBytes = _sent.ByteCount;
        _firstSentAt = Environment.TickCount64;
        Send();
    }

    private void Send()
    {
        _lastSentAt = Environment.TickCount64;
        _committer.Begin(_sent!, _sentOffsets, _consumer.Member);
    }

    /// <summary>Looks after the checkpoint on its way; one that was rolled back for a passing reason is sent again.</summary>
    private void Resend()
    {
        ThrowIfStuck();
        if (_sent is null || !_committer.IsIdle || (_retry && Environment.TickCount64 - _lastSentAt < RetryPauseMs))
        {
            return;
        }

        if (_retry)
        {
            _retry = false;
            Send();
            return;
        }

        switch (_committer.TakeFailure())
        {
            case null:
                _setup.Activity.Committed(TimeSpan.FromMilliseconds(Environment.TickCount64 - _firstSentAt), _sentBytes);
                _sent = null;
                _unconfirmed = 0;
                break;
            case TransactionAbortedException { IsPermanent: false, MemberIsStale: false } error when Environment.TickCount64 - _firstSentAt < _patience.TotalMilliseconds:
                _logger.LogInformation("A checkpoint of stage {Stage} was rolled back and is sent again: {Reason}", _setup.Stage.Id, error.Message);
                _setup.Activity.Retried();
                _retry = true;
                break;
            case { } error:
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
                break;
        }
    }

    private void ThrowIfStuck()
    {
        if (_sent is null || _committer.IsIdle || Environment.TickCount64 - _lastSentAt < _setup.LongestCommit.TotalMilliseconds)
        {
            return;
        }

        var connection = _producer.Health.Current;
        if (connection.Status == ConnectionStatus.Up && _setup.Time.GetUtcNow() - connection.Since > _setup.LongestCommit)
        {
            throw new TransactionAbortedException(ErrorCode.Local_TimedOut, $"stage {_setup.Stage.Id}: a checkpoint is on its way for {_setup.LongestCommit.TotalSeconds:0} s though Kafka can be reached{(connection.LastError is { } error ? $" (last error: {error})" : "")}");
        }
    }

    /// <summary>Takes a checkpoint and waits until it is committed.</summary>
    private void CheckpointNow()
    {
        Settle();
        Checkpoint();
        Settle();
    }

    private void Settle()
    {
        var since = Environment.TickCount64;
        while (_sent is not null)
        {
            if (!_committer.Wait(TimeSpan.FromMilliseconds(50)))
            {
                var waited = Environment.TickCount64 - since;
                if (_stop.IsCancellationRequested && waited > _stopPatience.TotalMilliseconds)
                {
                    _logger.LogWarning("Stopping while Kafka is away: the last {Records} records that stage {Stage} read are not committed; they are worked on again at the next start, and nothing is lost", _unconfirmed + _uncut, _setup.Stage.Id);
                    throw new OperationCanceledException(_stop);
                }

                if (waited > _patience.TotalMilliseconds)
                {
                    throw new TransactionAbortedException(ErrorCode.Local_TimedOut, $"stage {_setup.Stage.Id}: the last checkpoint could not be committed within {_patience.TotalSeconds:0} s");
                }
            }

            Resend();
        }
    }

    private void Drop(int partition)
    {
        _restoring.Forget(partition);
        _brake.Forget(partition);
        if (_tasks.Remove(partition, out var task))
        {
            _setup.Activity.Report(partition, Progress(task, isHere: false));
            task.Dispose();
        }

        ForgetHeardWithoutTasks();

        _committed.Remove(partition);
    }

    private void Report()
    {
        var caughtUp = _restoring.Count == 0;
        foreach (var (partition, task) in _tasks)
        {
            caughtUp &= task.CaughtUp;
            _setup.Activity.Report(partition, Progress(task, isHere: true));
        }

        (_setup.Activity.Restoring, _setup.Activity.Held) = (_restoring.Count, _brake.Held);
        _setup.Activity.State(caughtUp && _sent is null && _environment.Outputs.Count == 0, _tasks.Count + _restoring.Count);
        _setup.Activity.Beat();
    }

    private TopicPartitionOffset OffsetOf(StageTask task) => new(_setup.Input.Name, task.Partition, task.NextOffset);

    private PartitionProgress Progress(StageTask task, bool isHere) =>
        new(task.NextOffset, task.Ledger, isHere ? _consumer.KnownEnd(_setup.Input.Name, task.Partition) : -1, task.EventTime, isHere) { Counts = task.Counts };

    private static ConnectionState Worse(ConnectionState a, ConnectionState b) => a.Status >= b.Status ? a : b;
}
