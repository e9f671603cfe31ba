using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Sends one checkpoint after another in transactions, on a thread of its own, while the worker goes on with the next batches.
/// At most one is on its way.
/// </summary>
internal sealed class Committer : IDisposable
{
    private readonly TransactionalProducer _producer;
    private readonly IReadOnlyList<string> _topics;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _work = new(0);
    private readonly ManualResetEventSlim _idle = new(true);
    private readonly CancellationTokenSource _given = new();
    private Checkpoint? _checkpoint;
    private Exception? _failure;
    private volatile bool _stopping;

    internal Committer(TransactionalProducer producer, IReadOnlyList<string> topics, string name, ILogger logger)
    {
        (_producer, _topics, _logger) = (producer, topics, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = $"{name}.commit" };
        _thread.Start();
    }

    /// <summary>Whether the last checkpoint is done, for good or ill.</summary>
    internal bool IsIdle => _idle.IsSet;

    /// <summary>How many checkpoints were committed.</summary>
    internal long Committed { get; private set; }

    /// <summary>Sends a checkpoint. The buffer belongs to the committer until it is idle again.</summary>
    internal void Begin(OutputBuffer outputs, IReadOnlyList<TopicPartitionOffset> offsets, GroupMember member)
    {
        if (!_idle.IsSet)
        {
            throw new InvalidOperationException("a checkpoint is on its way already");
        }

        _checkpoint = new Checkpoint(outputs, offsets, member);
        _idle.Reset();
        _work.Release();
    }

    /// <summary>Waits until nothing is on its way.</summary>
    /// <returns>False when the time ran out.</returns>
    internal bool Wait(TimeSpan timeout) => _idle.Wait(timeout);

    /// <summary>What became of the last checkpoint: null = committed (or there was none). Reading it clears it.</summary>
    internal Exception? TakeFailure() => Interlocked.Exchange(ref _failure, null);

    /// <summary>
    /// Ends the thread. A checkpoint on its way is given up; the next producer with this one's id rolls it back, if it is not committed.
    /// </summary>
    /// <returns>False when that is not done within the time; the producer is then still in use.</returns>
    internal bool TryEnd(TimeSpan within)
    {
        if (!_stopping)
        {
            _stopping = true;
            _given.Cancel();
            _work.Release();
        }

        return _thread.Join(within);
    }

    public void Dispose()
    {
        _work.Dispose();
        _idle.Dispose();
        _given.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            if (_stopping)
            {
                return;
            }

            var checkpoint = _checkpoint!;
            try
            {
                _producer.Commit(checkpoint.Outputs, _topics, checkpoint.Offsets, checkpoint.Member, _given.Token);
                checkpoint.Outputs.Clear();
                Committed++;
            }
            catch (Exception error)
            {
                _logger.LogDebug(error, "A checkpoint was not committed");
                _failure = error;
            }

            _idle.Set();
        }
    }

    private sealed record Checkpoint(OutputBuffer Outputs, IReadOnlyList<TopicPartitionOffset> Offsets, GroupMember Member);
}
