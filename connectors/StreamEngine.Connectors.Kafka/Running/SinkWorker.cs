using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// Copies topics into an external sink. Offsets are committed after the sink has the rows for good; what lies between is written again
/// after a failure, which the sink's upserts make harmless. While the sink is away nothing is read ahead without bound.
/// </summary>
internal sealed class SinkWorker : IAssignmentListener, IDisposable
{
    private static readonly TimeSpan _closePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _askPatience = TimeSpan.FromSeconds(30);

    private readonly WorkerSetup _setup;
    private readonly SinkNode _sink;
    private readonly ILogger _logger;
    private readonly SpanConsumer _consumer;
    private readonly ISinkWriter _writer;
    private readonly Dictionary<TopicPartition, long> _next = [];
    private readonly HashSet<TopicPartition> _atEnd = [];
    private readonly Dictionary<string, int> _inputs;
    private readonly ByteArena _headers = new(256);
    private readonly CancellationToken _stop;
    private bool _writing;
    private bool _pending;
    private long _refused;

    internal SinkWorker(WorkerSetup setup, CancellationToken stop)
    {
        _setup = setup;
        _stop = stop;
        _sink = setup.Stage.Sink!;
        _logger = setup.Loggers.CreateLogger($"{setup.Plan.Graph.Name}.{_sink.Id}");
        _inputs = setup.Stage.Inputs.Select((input, index) => (input, index)).ToDictionary(x => x.input.Topic.Name, x => x.index);
        _writer = _sink.Definition.Create(new SinkContext(setup.Plan.Graph.Name, _sink.Id, _sink.Options, setup.Time, _logger) { Continues = true });
        _consumer = new SpanConsumer(setup.Settings, new SpanConsumerOptions { GroupId = setup.Group, OnlyFromPositions = true, QueueKilobytes = 16_384 }, _logger, this, setup.Time);
        setup.Activity.Connection = () => _consumer.Health.Current;
        // It joins when the sink is there, and nobody waits for that: the other stages do their work without it.
        setup.Activity.Joined();
        setup.Activity.Sink = () => _writer.State;
    }

    /// <summary>Copies until stopped, then flushes what is pending if the sink takes it within a few seconds.</summary>
    /// <exception cref="SinkException">The sink refuses for good.</exception>
    internal void Run()
    {
        try
        {
            Wait(_writer.OpenAsync([.. _setup.Stage.Inputs.Select(i => new SinkInput(i.Stream, i.Kind, _setup.Plan.Graph.Name))], _stop));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _logger.LogWarning("Stopping while sink {Sink} is away: nothing was written there; what is for it is still in Kafka and is written at the next start", _sink.Id);
            return;
        }

        _consumer.Subscribe([.. _inputs.Keys]);
        var receiver = new Receiver(this);
        while (!_stop.IsCancellationRequested)
        {
            var read = _consumer.Poll(50, ref receiver, 4096);
            _consumer.Health.ThrowIfRefused();
            if (read > 0)
            {
                _setup.Activity.Read(read);
            }

            if (IsDue())
            {
                Flush(_stop);
            }

            _setup.Activity.State(!_pending && _atEnd.Count == _next.Count, _next.Count);
            _setup.Activity.Beat();
        }

        using var last = new CancellationTokenSource(_closePatience);
        Flush(last.Token);
        _consumer.Close();
    }

    /// <inheritdoc/>
    public IEnumerable<TopicPartitionOffset> Assigned(IReadOnlyList<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _next[partition] = -1;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        patience.CancelAfter(_askPatience);
        try
        {
            return _consumer.Committed(partitions, _askPatience).GroupBy(c => c.Topic).SelectMany(committed => Starts(committed, patience.Token)).ToList();
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new TimeoutException($"sink {_sink.Id}: no broker has said within {_askPatience.TotalSeconds:0} s where {string.Join(", ", partitions)} begin and end");
        }
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<TopicPartitionOffset> partitions) => Forget(partitions.Select(p => p.TopicPartition));

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<TopicPartition> partitions) => Forget(partitions);

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Dispose();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Records behind what was written may be gone, or all of them with their topic: the client would go on somewhere else without a word.</summary>
    private IEnumerable<TopicPartitionOffset> Starts(IGrouping<string, TopicPartitionOffset> committed, CancellationToken stop)
    {
        var topic = new TopicReader(_setup.Settings, committed.Key, _setup.Group, _setup.Time, _logger);
        var written = committed.Where(c => !c.Offset.IsSpecial).ToList();
        var bounds = topic.Bounds(written.Select(w => w.Partition.Value), stop);
        foreach (var (place, next) in written.Select(w => (w.TopicPartition, w.Offset.Value)))
        {
            var (first, end) = bounds[place.Partition];
            if (end < next)
            {
                (first, end) = topic.Bounds(place.Partition, next, stop);
            }

            var start = new Offset(next);
            if (first > next)
            {
                _logger.LogError("What {Topic}[{Partition}] held from offset {From} to {To} was deleted before sink {Sink} had written it (the topic's retention)", place.Topic, place.Partition.Value, next, first - 1, _sink.Id);
                start = first;
            }
            else if (end < next)
            {
                _logger.LogError("Sink {Sink} had written {Topic}[{Partition}] up to offset {Offset}, and it ends at {End}: the topic was made anew, or has lost records. It is written from its start", _sink.Id, place.Topic, place.Partition.Value, next, end);
                start = Offset.Beginning;
            }

            yield return new TopicPartitionOffset(place, start);
        }

        foreach (var never in committed.Where(c => c.Offset.IsSpecial))
        {
            yield return new TopicPartitionOffset(never.TopicPartition, Offset.Beginning);
        }
    }

    /// <summary>Rows pending for partitions that go are still written, which does no harm; their offsets are left to whoever has them now.</summary>
    private void Forget(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _next.Remove(partition);
            _atEnd.Remove(partition);
        }
    }

    /// <summary>Records that became no rows, such as tombstones, are due at once: the sink has nothing to wait for.</summary>
    private bool IsDue() => _pending && (_writer.IsFlushDue || _writer.PendingRows == 0);

    private void Flush(CancellationToken stop)
    {
        if (!_pending)
        {
            return;
        }

        var (began, bytes) = (_setup.Time.GetTimestamp(), _writer.PendingBytes);
        try
        {
            Wait(_writer.FlushAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _logger.LogWarning("Stopping while sink {Sink} is away: {Rows} rows are not written there yet; they are still in Kafka and are written at the next start", _sink.Id, _writer.PendingRows);
            return;
        }

        _pending = false;
        var refused = _writer.State.Refused;
        _setup.Activity.Skipped(refused - _refused);
        _refused = refused;
        _setup.Activity.Committed(_setup.Time.GetElapsedTime(began), bytes);
        var offsets = _next.Where(n => n.Value >= 0).Select(n => new TopicPartitionOffset(n.Key, n.Value)).ToList();
        if (offsets.Count > 0)
        {
            Commit(offsets);
        }
    }

    private void Commit(List<TopicPartitionOffset> offsets)
    {
        try
        {
            _consumer.Commit(offsets);
        }
        catch (KafkaException error)
        {
            // The rows are in the sink; that they are read and written once more does no harm.
            _logger.LogInformation("Offsets of sink {Sink} were not committed, its last rows will be written again: {Reason}", _sink.Id, error.Error.Reason);
        }
    }

    /// <summary>Waits for the sink; meanwhile the group must hear from this member, so partitions are paused and polled.</summary>
    private void Wait(Task work)
    {
        var paused = false;
        _writing = true;
        var receiver = new Receiver(this);
        while (!WaitFor(work, paused ? 200 : 5000))
        {
            _setup.Activity.Beat();
            if (!paused && _consumer.Assignment.Count > 0)
            {
                _consumer.Pause(_consumer.Assignment);
                paused = true;
            }

            if (paused)
            {
                _consumer.Poll(0, ref receiver);
                // Partitions that came in this poll are not paused yet.
                _consumer.Pause(_consumer.Assignment);
            }
        }

        _writing = false;
        if (paused)
        {
            _consumer.Resume(_consumer.Assignment);
        }

        work.GetAwaiter().GetResult();
    }

    private static bool WaitFor(Task work, int milliseconds)
    {
        try
        {
            return work.Wait(milliseconds);
        }
        catch (AggregateException)
        {
            return true;
        }
    }

    private void Take(in ConsumedRecord record)
    {
        if (_writing)
        {
            throw new InvalidOperationException($"{record.Topic}[{record.Partition}] was read while it was paused");
        }

        var input = _inputs[record.Topic];
        var partition = new TopicPartition(record.Topic, record.Partition);
        if (!record.HasValue)
        {
            _next[partition] = record.Offset + 1;
            return;
        }

        try
        {
            _headers.Clear();
            if (_setup.Stage.Inputs[input].Topic.Role is TopicRole.DeadLetters or TopicRole.Late)
            {
                record.CopyHeaders(_headers);
            }

            _writer.Append(input, new SinkRecord(record.Key, record.Value, _headers.Buffer.AsSpan(0, _headers.Length), record.Timestamp));
        }
        catch (FormatException error)
        {
            _logger.LogError("Sink {Sink} cannot take {Topic}[{Partition}]@{Offset}, which is skipped: {Error}", _sink.Id, record.Topic, record.Partition, record.Offset, error.Message);
            _setup.Activity.Skipped(1);
        }

        _next[partition] = record.Offset + 1;
        _atEnd.Remove(partition);
        _pending = true;
    }

    private readonly struct Receiver(SinkWorker worker) : IRecordReceiver
    {
        public void OnRecord(in ConsumedRecord record) => worker.Take(record);

        public void OnPartitionEnd(string topic, int partition, long offset) => worker._atEnd.Add(new TopicPartition(topic, partition));
    }
}
