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

    private TopicReader Input => new(_setup.Settings, _setup.Input.Name, _setup.Group, _setup.Time, _logger);

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
        var (first, end) = _bounds[task.Partition];
        if (end < task.NextOffset)
        {
            (first, end) = Input.Bounds(task.Partition, task.NextOffset, _stop.Token);
        }

        if (end < task.NextOffset)
        {
            throw new Core.State.StateException($"stage {_setup.Stage.Id} has worked on {_setup.Input.Name}[{task.Partition}] up to offset {task.NextOffset}, and it ends at {end}: the topic was made anew, or has lost records. What is stored does not belong to it; give the graph another name to begin afresh");
        }

        if (first > task.NextOffset)
        {
            _logger.LogError("What {Topic}[{Partition}] held from offset {From} to {To} was deleted before stage {Stage} had read it (the topic's retention), and is not counted", _setup.Input.Name, task.Partition, task.NextOffset, first - 1, _setup.Stage.Id);
            task.StartAt(first);
        }
    }

    private void Run()
    {
        try
        {
            _setup.Topics.Cover(_partitions.Max(), _stop.Token);
            _bounds = Input.Bounds(_partitions, _stop.Token);
            new StateLoader(_setup.Settings, _setup.Plan.Topic(TopicRole.State)!.Name, _setup.Group, _setup.Time, _logger)
                .Load(_partitions, StageTask.StatePrefix(_setup.Stage.Id), Restore, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            _failure = error;
        }
    }

    /// <summary>Makes a partition's task.</summary>
    private void Restore(int partition, Core.State.StateImage image)
    {
        var task = new StageTask(_setup.Plan, _setup.Stage, partition, _environment);
        try
        {
            task.Restore(image);
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
