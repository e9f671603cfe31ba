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

    private void Run()
    {
        try
        {
            _setup.Topics.Cover(_partitions.Max(), _stop.Token);
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

        var took = TimeSpan.FromMilliseconds(Environment.TickCount64 - _began);
        _setup.Activity.Restored(took);
        _logger.LogInformation("Stage {Stage} works on {Topic}[{Partition}] from {Offset}, {Entries} entries of state, read within {Seconds:0.0} s", _setup.Stage.Id, _setup.Input.Name, partition, task.NextOffset < 0 ? "the start" : task.NextOffset, image.Count, took.TotalSeconds);
        _ready.Enqueue(task);
    }
}
