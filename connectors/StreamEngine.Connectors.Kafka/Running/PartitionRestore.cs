using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Brings partitions' tasks back to what they were at their last checkpoint, on a thread of its own, while the worker goes on with the
/// partitions that it has.
/// </summary>
internal sealed class PartitionRestore : IDisposable
{
    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _endPause = TimeSpan.FromMilliseconds(500);

    private readonly WorkerSetup _setup;
    private readonly TaskEnvironment _environment;
    private readonly IReadOnlyList<int> _partitions;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentQueue<StageTask> _ready = [];
    private readonly Thread _thread;
    private readonly long _began = Environment.TickCount64;
    private Dictionary<int, (long First, long End)> _bounds = [];
    private Exception? _failure;

    internal PartitionRestore(WorkerSetup setup, TaskEnvironment environment, IReadOnlyList<int> partitions, ILogger logger, CancellationToken stop)
    {
        (_setup, _environment, _partitions, _logger) = (setup, environment, partitions, logger);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _thread = new Thread(Run) { IsBackground = true, Name = $"{setup.Activity.Name}.restore" };
        _thread.Start();
    }

    /// <summary>The next task that is ready; false when there is none for now.</summary>
    /// <exception cref="Core.State.StateException">A partition's state cannot be read.</exception>
    internal bool TryTake(out StageTask task)
    {
        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return _ready.TryDequeue(out task!);
    }

    /// <summary>Gives up. Tasks that nobody took are disposed of.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        while (_ready.TryDequeue(out var task))
        {
            task.Dispose();
        }

        _stop.Dispose();
    }

    /// <summary>
    /// Records before the position may be gone, as may be some behind it: the client would begin somewhere else without a word. Of a topic
    /// that ends before the position nothing can be read that belongs to this state.
    /// </summary>
    private void CheckPosition(StageTask task)
    {
        var input = _setup.Input.Name;
        var (first, end) = _bounds[task.Partition];
        for (var since = Environment.TickCount64; end < task.NextOffset && Environment.TickCount64 - since < _endPatience.TotalMilliseconds;)
        {
            // A broker that has just become the leader may not know yet how far its partition is.
            _stop.Token.WaitHandle.WaitOne(_endPause);
            _stop.Token.ThrowIfCancellationRequested();
            (first, end) = BoundsOf([task.Partition])[task.Partition];
        }

        if (end < task.NextOffset)
        {
            throw new Core.State.StateException($"stage {_setup.Stage.Id} has worked on {input}[{task.Partition}] up to offset {task.NextOffset}, and it ends at {end}: the topic was made anew, or has lost records. What is stored does not belong to it; give the graph another name to begin afresh");
        }

        if (first > task.NextOffset)
        {
            _logger.LogError("{Count} records of {Topic}[{Partition}] were deleted before stage {Stage} had read them (the topic's retention): from offset {From} to {To}. They are not counted", first - task.NextOffset, input, task.Partition, _setup.Stage.Id, task.NextOffset, first - 1);
            task.StartAt(first);
        }
    }

    private Dictionary<int, (long First, long End)> BoundsOf(IReadOnlyList<int> partitions) =>
        new TopicReader(_setup.Settings, _setup.Input.Name, _setup.Group, _logger).Bounds(partitions, _stop.Token);

    private void Run()
    {
        try
        {
            _setup.Topics.Cover(_partitions.Max(), _stop.Token);
            _bounds = BoundsOf(_partitions);
            var loader = new StateLoader(_setup.Settings, _setup.Plan.Topic(TopicRole.State)!.Name, _setup.Group, _logger);
            var again = new List<int>();
            loader.Load(_partitions, StageTask.StatePrefix(_setup.Stage.Id), (partition, image) => Restore(partition, image, again), _stop.Token);
            if (again.Count > 0)
            {
                loader.Load(again, StageTask.StatePrefix(_setup.Stage.Id), (partition, image) => Restore(partition, image, null), _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            _failure = error;
        }
    }

    /// <summary>
    /// Makes a partition's task. What was read while an owner before or after this one still wrote is no cut: compaction may have taken
    /// an entry whose newer one lies beyond the end that the reading had. So state that cannot be taken in is read once more.
    /// </summary>
    private void Restore(int partition, Core.State.StateImage image, List<int>? again)
    {
        var task = new StageTask(_setup.Plan, _setup.Stage, partition, _environment);
        try
        {
            task.Restore(image);
        }
        catch (Core.State.StateException error) when (again is not null)
        {
            task.Dispose();
            _logger.LogWarning("The state of stage {Stage}, partition {Partition}, is read once more: {Reason}", _setup.Stage.Id, partition, error.Message);
            again.Add(partition);
            return;
        }
        catch
        {
            task.Dispose();
            throw;
        }

        try
        {
            if (task.NextOffset >= 0)
            {
                CheckPosition(task);
            }
        }
        catch
        {
            task.Dispose();
            throw;
        }

        var took = TimeSpan.FromMilliseconds(Environment.TickCount64 - _began);
        _setup.Activity.Restored(took);
        _logger.LogInformation("Stage {Stage} works on {Topic}[{Partition}] from {Offset}, {Entries} entries of state, read within {Seconds:0.0} s", _setup.Stage.Id, _setup.Input.Name, partition, task.NextOffset < 0 ? "the start" : task.NextOffset, image.Count, took.TotalSeconds);
        _ready.Enqueue(task);
    }
}
