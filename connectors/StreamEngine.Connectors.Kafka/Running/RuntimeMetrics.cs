using System.Diagnostics.Metrics;
using StreamEngine.Core.Planning;

namespace StreamEngine.Connectors.Kafka;

/// <summary>
/// A runtime's figures as instruments of the meter <see cref="MeterName"/>. They are read from the workers when somebody asks, and cost
/// nothing until then. A partition's figures are shown by the process that has it, and by no other: so they can be summed over processes.
/// </summary>
public sealed class RuntimeMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "StreamEngine";

    private readonly KafkaRuntime _runtime;
    private readonly TimeProvider _time;
    private readonly Meter _meter;

    /// <summary>Makes the instruments.</summary>
    public RuntimeMetrics(KafkaRuntime runtime, TimeProvider time)
    {
        (_runtime, _time) = (runtime, time);
        _meter = new Meter(MeterName, null, [new("graph", runtime.Graph)]);
        AddPartitions();
        AddWorkers();
        AddConnections();
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void AddPartitions()
    {
        _meter.CreateObservableCounter("streamengine.ledger.records", () => Ingest().SelectMany(Fates), null, "Records of a source partition since its first one, by where they went: consumed = counted + unmatched + late + dead.");
        _meter.CreateObservableCounter("streamengine.operator.counts", OperatorCounts, null, "What an operator counts of its own, by stage and partition of the stage's input.");
        _meter.CreateObservableGauge("streamengine.partition.next_offset", () => PerPartition(p => p.NextOffset), null, "The first offset of the stage's input that is not worked on.");
        _meter.CreateObservableGauge("streamengine.partition.lag", () => PerPartition(p => p.End < 0 ? null : Math.Max(0, p.End - Math.Max(0, p.NextOffset))), "{record}", "Records of the stage's input that are not worked on.");
        _meter.CreateObservableGauge("streamengine.partition.event_time_lag", () => Ingest().Where(p => p.Progress.EventTime != long.MinValue)
            .Select(p => new Measurement<double>((_time.GetUtcNow().ToUnixTimeMilliseconds() - p.Progress.EventTime) / 1000.0, Partition(p.Partition))), "s", "How far the source partition's event time is behind the clock.");
    }

    private void AddWorkers()
    {
        Counter("streamengine.stage.records", a => a.Records, null, "Records read by this process.");
        Counter("streamengine.checkpoints", a => a.Checkpoints, null, "Checkpoints committed; of a writer: flushes.");
        Counter("streamengine.checkpoint.time", a => a.CheckpointTime.TotalSeconds, "s", "Time from cut to commit, in all.");
        Counter("streamengine.checkpoint.size", a => a.CheckpointBytes, "By", "Bytes of output and state in checkpoints; of a writer: of rows.");
        Counter("streamengine.restores", a => a.Restores, null, "Partitions whose state was read back.");
        Counter("streamengine.restore.time", a => a.RestoreTime.TotalSeconds, "s", "Time that took, in all.");
        Counter("streamengine.retries", a => a.Retries, null, "Checkpoints sent again, and times that the worker started anew.");
        Counter("streamengine.skipped.records", a => a.SkippedRecords, null, "Records that a sink could not take.");
        Gauge("streamengine.assigned.partitions", a => a.Assigned, "Partitions that the worker has.");
        Gauge("streamengine.restoring.partitions", a => a.Restoring, "Partitions whose state is being read back.");
        Gauge("streamengine.held.partitions", a => a.Held, "Partitions that wait because they are ahead in event time.");
    }

    private void AddConnections()
    {
        _meter.CreateObservableGauge("streamengine.connection.up", () => Connections().Select(c => new Measurement<int>(c.Up ? 1 : 0, c.Tags)), null, "Whether the other side can be used: 1 or 0.");
        _meter.CreateObservableCounter("streamengine.connection.errors", () => Connections().Select(c => new Measurement<long>(c.Errors, c.Tags)), null, "Errors of a Kafka client, and calls to a sink that were tried again.");
    }

    private IEnumerable<(bool Up, long Errors, KeyValuePair<string, object?>[] Tags)> Connections()
    {
        foreach (var (_, activity) in _runtime.Workers)
        {
            if (activity.Connection is { } kafka)
            {
                var state = kafka();
                yield return (state.Status == ConnectionStatus.Up, state.Errors, [new("worker", activity.Name), new("to", "kafka")]);
            }

            if (activity.Sink is { } sink)
            {
                var state = sink();
                yield return (state.IsUp, state.Retries, [new("worker", activity.Name), new("to", "sink")]);
            }
        }
    }

    private IEnumerable<(StagePlan Stage, int Partition, PartitionProgress Progress)> Here() =>
        from worker in _runtime.Workers
        where worker.Stage.Kind != StageKind.Writer
        from partition in worker.Activity.Partitions
        where partition.Value.IsHere
        select (worker.Stage, partition.Key, partition.Value);

    private IEnumerable<(StagePlan Stage, int Partition, PartitionProgress Progress)> Ingest() => Here().Where(p => p.Stage.Kind == StageKind.Ingest);

    private static IEnumerable<Measurement<long>> Fates((StagePlan Stage, int Partition, PartitionProgress Progress) p)
    {
        var ledger = p.Progress.Ledger;
        foreach (var (fate, count) in ((string, long)[])[("counted", ledger.Counted), ("unmatched", ledger.Unmatched), ("late", ledger.Late), ("dead", ledger.Dead), ("unaccounted", ledger.Unaccounted)])
        {
            yield return new Measurement<long>(count, Partition(p.Partition), new("fate", fate));
        }
    }

    private IEnumerable<Measurement<long>> OperatorCounts() =>
        from p in Here()
        from count in p.Progress.Counts
        select new Measurement<long>(count.Count, Stage(p.Stage), Partition(p.Partition), new("operator", count.Operator), new("what", count.What));

    private IEnumerable<Measurement<long>> PerPartition(Func<PartitionProgress, long?> value) =>
        from p in Here()
        let known = value(p.Progress)
        where known is not null
        select new Measurement<long>(known.Value, Stage(p.Stage), Partition(p.Partition));

    private static KeyValuePair<string, object?> Stage(StagePlan stage) => new("stage", stage.Id);

    private static KeyValuePair<string, object?> Partition(int partition) => new("partition", partition);

    private void Counter<T>(string name, Func<WorkerActivity, T> value, string? unit, string description)
        where T : struct =>
        _meter.CreateObservableCounter(name, () => PerWorker(value), unit, description);

    private void Gauge(string name, Func<WorkerActivity, int> value, string description) =>
        _meter.CreateObservableGauge(name, () => PerWorker(value), null, description);

    private IEnumerable<Measurement<T>> PerWorker<T>(Func<WorkerActivity, T> value)
        where T : struct =>
        _runtime.Workers.Select(w => new Measurement<T>(value(w.Activity), Stage(w.Stage), new("worker", w.Activity.Name)));
}
