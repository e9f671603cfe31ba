using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// Runs a graph over a source with an end, in one process and thread, without Kafka: the same stages and records, handed on in memory.
/// With <c>runtime.state</c> it keeps its state in a folder and goes on where the last run ended; without, each run starts anew.
/// </summary>
public sealed class LocalRuntime
{
    private static readonly TimeSpan _saveEvery = TimeSpan.FromSeconds(10);

    private readonly GraphPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly List<(StagePlan Stage, ISinkWriter Writer)> _writers = [];
    private LocalState? _state;
    private StateImage? _image;

    /// <summary>Prepares a run.</summary>
    public LocalRuntime(GraphPlan plan, TimeProvider time, ILoggerFactory loggers) => (_plan, _time, _loggers) = (plan, time, loggers);

    /// <summary>Sees every record that leaves a stage: topic and record. For tests and previews.</summary>
    public Action<TopicPlan, OutputRecord>? Observer { get; init; }

    /// <summary>
    /// Whether the tasks are thrown away after each batch and made anew from the state that they have stored, as after a kill. Results
    /// are the same if operators store all that they go by. For tests.
    /// </summary>
    public bool RestoresAfterEachBatch { get; init; }

    /// <summary>Called after each batch with the ledger so far.</summary>
    public Action<Ledger>? Progress { get; init; }

    /// <summary>Where a run that was stopped will go on: the next offset. Null when the source was read to its end.</summary>
    public long? StoppedAt { get; private set; }

    /// <summary>The offset behind the last record that was read.</summary>
    public long NextOffset { get; private set; }

    /// <summary>What operators counted of their own, as of the end of the run.</summary>
    public ImmutableArray<OperatorCount> Counts { get; private set; } = [];

    /// <summary>Reads the source to its end and flushes every sink. Where state is kept, a stop ends the run with everything stored.</summary>
    /// <returns>The ledger.</returns>
    /// <exception cref="OperationCanceledException">Stopped, and no state is kept.</exception>
    /// <exception cref="IncompatibleStateException">The graph cannot take over the state in its folder, or its source is another one.</exception>
    /// <exception cref="StateException">The state cannot be read.</exception>
    /// <exception cref="SinkException">A sink refuses for good.</exception>
    /// <exception cref="TaskException">An operator failed.</exception>
    public async Task<Ledger> RunAsync(CancellationToken stop)
    {
        var definition = (BoundedSourceDefinition)_plan.Graph.Source.Definition;
        var folder = _plan.Graph.Runtime.StateFolder;
        using var source = folder is null ? definition.Open(_plan.Graph.Source.Options) : definition.OpenToGoOn(_plan.Graph.Source.Options);
        _state = folder is null ? null : new LocalState(_plan, folder, source, _time);
        _image = _state?.Image ?? (RestoresAfterEachBatch ? new StateImage() : null);
        await OpenWritersAsync(stop).ConfigureAwait(false);
        try
        {
            return await ReadAsync(source, stop).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (_, writer) in _writers)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<Ledger> ReadAsync(IBoundedSource source, CancellationToken stop)
    {
        var tasks = new Tasks(this, source.Name);
        try
        {
            return await ReadAsync(source, tasks, stop).ConfigureAwait(false);
        }
        finally
        {
            tasks.Dispose();
        }
    }

    private async Task<Ledger> ReadAsync(IBoundedSource source, Tasks tasks, CancellationToken stop)
    {
        long next = Math.Max(0, tasks.Ingest.NextOffset), partials = Math.Max(0, tasks.Aggregate?.NextOffset ?? 0);
        var saved = _time.GetTimestamp();
        while (true)
        {
            var stopping = stop.IsCancellationRequested;
            if (stopping && _state is null)
            {
                throw new OperationCanceledException(stop);
            }

            var (ingest, aggregate) = (tasks.Ingest, tasks.Aggregate);
            var more = !stopping && source.Fill(ingest.Input, ref next);
            ingest.Ended = !more && !stopping;
            ingest.Cut();
            Deliver(tasks.IngestOutputs, aggregate, ref partials);
            aggregate?.Cut();
            Deliver(tasks.AggregateOutputs, null, ref partials);
            Progress?.Invoke(ingest.Ledger);
            var save = _state is not null && (!more || _time.GetElapsedTime(saved) >= _saveEvery);
            await FlushAsync(all: !more || save, stopping ? CancellationToken.None : stop).ConfigureAwait(false);
            if (save)
            {
                _state!.Save();
                saved = _time.GetTimestamp();
            }

            if (!more)
            {
                if (source.Unfinished is { } unfinished)
                {
                    _loggers.CreateLogger(_plan.Graph.Name).LogWarning("Source {Source}: {Unfinished}", source.Name, unfinished);
                }

                Counts = [.. ingest.Counts, .. aggregate?.Counts ?? []];
                NextOffset = Math.Max(0, ingest.NextOffset);
                StoppedAt = stopping ? NextOffset : null;
                return ingest.Ledger;
            }

            if (RestoresAfterEachBatch)
            {
                tasks.MakeAnew();
            }
        }
    }

    private void Deliver(OutputBuffer outputs, StageTask? aggregate, ref long partials)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < outputs.Count; i++)
        {
            var record = outputs[i];
            var topic = _plan.Topics[record.Topic];
            Observer?.Invoke(topic, record);
            if (topic.Role == TopicRole.State)
            {
                _image?.Take(record);
            }
            else if (topic.Role == TopicRole.Partials)
            {
                aggregate!.Take(partials++, now, record.Key, record.Value);
            }

            foreach (var (stage, writer) in _writers)
            {
                for (var input = 0; input < stage.Inputs.Length; input++)
                {
                    if (stage.Inputs[input].Topic == topic)
                    {
                        Append(stage, writer, input, new SinkRecord(record.Key, record.Value, record.Headers, now));
                    }
                }
            }
        }

        outputs.Clear();
    }

    private void Append(StagePlan stage, ISinkWriter writer, int input, in SinkRecord record)
    {
        try
        {
            writer.Append(input, record);
        }
        catch (FormatException error)
        {
            _loggers.CreateLogger($"{_plan.Graph.Name}.{stage.Sink!.Id}").LogError("Sink {Sink} cannot take a record of {Stream}, which is skipped: {Error}", stage.Sink.Id, stage.Inputs[input].Stream, error.Message);
        }
    }

    private async Task OpenWritersAsync(CancellationToken stop)
    {
        foreach (var stage in _plan.Stages.Where(s => s.Sink is not null))
        {
            var sink = stage.Sink!;
            var writer = sink.Definition.Create(new SinkContext(_plan.Graph.Name, sink.Id, sink.Options, _time, _loggers.CreateLogger($"{_plan.Graph.Name}.{sink.Id}")) { Continues = _state?.IsThere ?? false });
            _writers.Add((stage, writer));
            await writer.OpenAsync([.. stage.Inputs.Select(i => new SinkInput(i.Stream, i.Kind, _plan.Graph.Name))], stop).ConfigureAwait(false);
        }
    }

    private async Task FlushAsync(bool all, CancellationToken stop)
    {
        foreach (var (_, writer) in _writers)
        {
            if (all || writer.IsFlushDue)
            {
                await writer.FlushAsync(stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The tasks of the stages, restored from the state.</summary>
    private sealed class Tasks : IDisposable
    {
        private readonly LocalRuntime _runtime;
        private readonly string _source;

        internal Tasks(LocalRuntime runtime, string source)
        {
            (_runtime, _source) = (runtime, source);
            Make();
        }

        internal StageTask Ingest { get; private set; } = null!;

        internal StageTask? Aggregate { get; private set; }

        internal OutputBuffer IngestOutputs { get; } = new();

        internal OutputBuffer AggregateOutputs { get; } = new();

        internal void MakeAnew()
        {
            Dispose();
            Make();
        }

        public void Dispose()
        {
            Ingest.Dispose();
            Aggregate?.Dispose();
        }

        private void Make()
        {
            Ingest = Task(_runtime._plan.Stage(StageKind.Ingest)!, _source, IngestOutputs);
            Aggregate = _runtime._plan.Stage(StageKind.Aggregate) is { } stage ? Task(stage, stage.Inputs[0].Topic.Name, AggregateOutputs) : null;
            var image = _runtime._image ?? new StateImage();
            Ingest.Restore(image);
            Aggregate?.Restore(image);
        }

        private StageTask Task(StagePlan stage, string inputName, OutputBuffer outputs) => new(_runtime._plan, stage, 0, new TaskEnvironment
        {
            Time = _runtime._time,
            Loggers = _runtime._loggers,
            PartitionsOf = _ => 1,
            InputPartitions = 1,
            InputName = inputName,
            Outputs = outputs,
        });
    }
}
