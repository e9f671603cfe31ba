using Microsoft.Extensions.Logging;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sinks;
using StreamEngine.Core.Sources;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// Runs a graph over a source with an end, in one process and thread, without Kafka: the same stages and records, handed on in memory.
/// State is not kept: the next run starts anew.
/// </summary>
public sealed class LocalRuntime
{
    private readonly GraphPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly List<(StagePlan Stage, ISinkWriter Writer)> _writers = [];

    /// <summary>Prepares a run.</summary>
    public LocalRuntime(GraphPlan plan, TimeProvider time, ILoggerFactory loggers) => (_plan, _time, _loggers) = (plan, time, loggers);

    /// <summary>Sees every record that leaves a stage: topic and record. For tests and previews.</summary>
    public Action<TopicPlan, OutputRecord>? Observer { get; init; }

    /// <summary>Called after each batch with the ledger so far.</summary>
    public Action<Ledger>? Progress { get; init; }

    /// <summary>Reads the source to its end and flushes every sink.</summary>
    /// <returns>The ledger.</returns>
    /// <exception cref="SinkException">A sink refuses for good.</exception>
    /// <exception cref="TaskException">An operator failed.</exception>
    public async Task<Ledger> RunAsync(CancellationToken stop)
    {
        var definition = (BoundedSourceDefinition)_plan.Graph.Source.Definition;
        using var source = definition.Open(_plan.Graph.Source.Options);
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
        using var ingest = Task(_plan.Stage(StageKind.Ingest)!, source.Name, out var ingestOutputs);
        OutputBuffer aggregateOutputs = new();
        using var aggregate = _plan.Stage(StageKind.Aggregate) is { } stage ? Task(stage, stage.Inputs[0].Topic.Name, out aggregateOutputs) : null;
        long next = 0, partials = 0;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var more = source.Fill(ingest.Input, ref next);
            ingest.Ended = !more;
            ingest.Cut();
            Deliver(ingestOutputs, aggregate, ref partials);
            aggregate?.Cut();
            Deliver(aggregateOutputs, null, ref partials);
            Progress?.Invoke(ingest.Ledger);
            await FlushAsync(all: !more, stop).ConfigureAwait(false);
            if (!more)
            {
                return ingest.Ledger;
            }
        }
    }

    private StageTask Task(StagePlan stage, string inputName, out OutputBuffer outputs)
    {
        outputs = new OutputBuffer();
        return new StageTask(_plan, stage, 0, new TaskEnvironment
        {
            Time = _time,
            Loggers = _loggers,
            PartitionsOf = _ => 1,
            InputPartitions = 1,
            InputName = inputName,
            Outputs = outputs,
        });
    }

    private void Deliver(OutputBuffer outputs, StageTask? aggregate, ref long partials)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < outputs.Count; i++)
        {
            var record = outputs[i];
            var topic = _plan.Topics[record.Topic];
            Observer?.Invoke(topic, record);
            if (topic.Role == TopicRole.Partials)
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
            var writer = sink.Definition.Create(new SinkContext(_plan.Graph.Name, sink.Id, sink.Options, _time, _loggers.CreateLogger($"{_plan.Graph.Name}.{sink.Id}")));
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
}
