using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// A worker's partitions whose state is not there yet. They are assigned but paused; when a task is ready, reading goes on at the position
/// that is part of its state.
/// </summary>
internal sealed class RestoringPartitions : IDisposable
{
    private readonly WorkerSetup _setup;
    private readonly TaskEnvironment _environment;
    private readonly SpanConsumer _consumer;
    private readonly ILogger _logger;
    private readonly CancellationToken _stop;
    private readonly Dictionary<int, Pending> _pending = [];
    private readonly List<PartitionRestore> _restores = [];

    internal RestoringPartitions(WorkerSetup setup, TaskEnvironment environment, SpanConsumer consumer, ILogger logger, CancellationToken stop) =>
        (_setup, _environment, _consumer, _logger, _stop) = (setup, environment, consumer, logger, stop);

    /// <summary>How many there are.</summary>
    internal int Count => _pending.Count;

    /// <summary>Begins to restore partitions.</summary>
    internal void Begin(IReadOnlyList<int> partitions)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        var restore = new PartitionRestore(_setup, _environment, partitions, _logger, _stop);
        _restores.Add(restore);
        foreach (var partition in partitions)
        {
            _pending[partition] = new Pending(restore);
        }
    }

    /// <summary>A record came before its partition was paused: it is read again.</summary>
    internal void PassedOver(int partition, long offset)
    {
        if (_pending.TryGetValue(partition, out var pending) && pending.PassedOver < 0)
        {
            pending.PassedOver = offset;
        }
    }

    /// <summary>The partition has gone to another worker.</summary>
    internal void Forget(int partition)
    {
        if (_pending.Remove(partition, out var pending))
        {
            pending.Task?.Dispose();
        }

        DropDone();
    }

    /// <summary>Hands over the tasks that are ready, each positioned and reading.</summary>
    internal void Advance(Action<StageTask> adopt)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        foreach (var restore in _restores)
        {
            while (restore.TryTake(out var task))
            {
                if (_pending.TryGetValue(task.Partition, out var pending) && pending.Restore == restore)
                {
                    pending.Task = task;
                }
                else
                {
                    task.Dispose();
                }
            }
        }

        foreach (var (partition, pending) in _pending)
        {
            if (pending.Task is null)
            {
                pending.Paused = pending.Paused || Try(() => _consumer.Pause(At(partition)));
            }
            else if (Try(() => Position(pending, partition)))
            {
                _pending.Remove(partition);
                adopt(pending.Task);
            }
        }

        DropDone();
    }

    public void Dispose()
    {
        foreach (var restore in _restores)
        {
            restore.Dispose();
        }

        foreach (var pending in _pending.Values)
        {
            pending.Task?.Dispose();
        }

        _restores.Clear();
        _pending.Clear();
    }

    private void Position(Pending pending, int partition)
    {
        var next = pending.Task!.NextOffset;
        Offset? start = next >= 0 ? next
            : !_setup.FromLatest || partition >= _setup.PartitionsAtStart ? Offset.Beginning
            : pending.PassedOver >= 0 ? pending.PassedOver
            : null;
        if (start is { } offset)
        {
            _consumer.Seek(_setup.Input.Name, partition, offset);
        }

        // Also where this one did not pause it: a partition that comes back may still be paused from before it went.
        _consumer.Resume(At(partition));
    }

    private void DropDone()
    {
        for (var i = _restores.Count - 1; i >= 0; i--)
        {
            if (_pending.Values.All(p => p.Restore != _restores[i]))
            {
                _restores[i].Dispose();
                _restores.RemoveAt(i);
            }
        }
    }

    private TopicPartition At(int partition) => new(_setup.Input.Name, partition);

    /// <summary>What the client refuses because the partition has not started there yet is tried again later.</summary>
    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (KafkaException error)
        {
            _logger.LogDebug("A partition of {Topic} is not ready yet: {Reason}", _setup.Input.Name, error.Error.Reason);
            return false;
        }
    }

    private sealed class Pending(PartitionRestore restore)
    {
        internal PartitionRestore Restore => restore;

        internal StageTask? Task { get; set; }

        internal bool Paused { get; set; }

        /// <summary>The first offset that was read before the pause; -1 where none was.</summary>
        internal long PassedOver { get; set; } = -1;
    }
}
