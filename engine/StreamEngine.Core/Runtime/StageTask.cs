using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Sources;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// One stage of a graph on one partition of its input: the operators' instances, their state, the ledger. Belongs to one thread.
/// </summary>
/// <remarks>
/// The life of a task: <see cref="Restore"/> once; then <see cref="Take"/> records and <see cref="Push"/>; at a checkpoint
/// <see cref="Cut"/>, which leaves outputs, state and position together in the environment's buffer. Between two cuts nothing a task
/// does is visible outside.
/// </remarks>
public sealed partial class StageTask : IDisposable
{
    private readonly GraphPlan _plan;
    private readonly StagePlan _stage;
    private readonly TaskEnvironment _environment;
    private readonly Services _services;
    private readonly List<IDisposable> _owned = [];
    private readonly Subject<RecordBatch> _input = new();
    private readonly Dictionary<string, Subject<RecordBatch>> _outputs = [];
    private readonly List<Flow> _flows = [];
    private readonly List<OperatorContext> _contexts = [];
    private readonly List<(string Operator, string What, Func<long> Count)> _counters = [];
    private readonly RecordBatch? _batch;
    private readonly ExchangeReader? _exchange;
    private readonly TaskState _state;
    private readonly Action _pushBatch;
    private readonly Action _runCutActions;
    private Exception? _fault;
    private int _thread;

    /// <summary>Makes the task with its operators.</summary>
    public StageTask(GraphPlan plan, StagePlan stage, int partition, TaskEnvironment environment)
    {
        (_plan, _stage, _environment, Partition) = (plan, stage, environment, partition);
        _services = new Services(this);
        _pushBatch = () => _input.OnNext(_batch!);
        _runCutActions = _services.RunCutActions;
        _state = new TaskState(stage.Id, partition, plan.Topic(TopicRole.State)!.Index, plan.Graph.Runtime.DiscardState);
        LastRecordAt = environment.Time.GetUtcNow();
        if (stage.Kind == StageKind.Ingest)
        {
            _batch = new RecordBatch(stage.Operators.Length > 0 ? stage.Operators[0].Schema : SourceDefinition.Schema);
        }
        else
        {
            _exchange = new ExchangeReader($"{environment.InputName}[{partition}]", plan.Graph.Runtime.DiscardState, environment.HearSource);
        }

        foreach (var op in stage.Operators)
        {
            Connect(op);
        }
    }

    /// <summary>What the keys of a stage's stored state begin with.</summary>
    public static byte[] StatePrefix(string stage) => TaskState.PrefixOf(stage);

    /// <summary>The input partition.</summary>
    public int Partition { get; }

    /// <summary>The offset of the first record not yet taken; -1 before anything is known.</summary>
    public long NextOffset { get; private set; } = -1;

    /// <summary>Where the records of this partition went, since its first one ever.</summary>
    public Ledger Ledger { get; private set; }

    /// <summary>What operators count of their own, as of the last cut.</summary>
    public ImmutableArray<OperatorCount> Counts { get; private set; } = [];

    /// <summary>
    /// How far the input is in event time, ms since 1970: the greatest so far of the batches' middle times, which single wrong clocks do
    /// not move. <see cref="long.MinValue"/> before the first.
    /// </summary>
    public long EventTime { get; private set; } = long.MinValue;

    /// <summary>Whether the input is read to its end; set by the worker.</summary>
    public bool CaughtUp { get; set; }

    /// <summary>Whether the input has an end and it is reached; set by the worker.</summary>
    public bool Ended { get; set; }

    /// <summary>When the last record came that was not refused, by the clock: a partition of nothing else is as silent as an empty one.</summary>
    public DateTimeOffset LastRecordAt { get; private set; }

    /// <summary>Sets operators, ledger and position to a stored state, which may be empty.</summary>
    /// <exception cref="StateException">The state cannot be read, or belongs to operators that the graph does not have.</exception>
    public void Restore(StateImage image)
    {
        if (_state.Restore(image) is { } progress)
        {
            (NextOffset, Ledger) = (progress.NextOffset, progress.Ledger);
        }

        TakeCounts();
    }

    /// <summary>Sets the position without a stored state.</summary>
    public void StartAt(long offset) => NextOffset = offset;

    /// <summary>Takes a record in. It is worked on at once or with those that follow, at the latest at <see cref="Push"/>.</summary>
    public void Take(long offset, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (_batch is null)
        {
            TakePartial(offset, value);
            return;
        }

        if (_batch.RowCount == RecordBatch.DefaultCapacity || _batch.Arena.Length > (64 << 20))
        {
            Push();
        }

        var row = _batch.AppendRecord(offset);
        _batch.Utf8(SourceDefinition.ValueColumn).Set(row, value);
        if (key.IsEmpty)
        {
            _batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
        }
        else
        {
            _batch.Utf8(SourceDefinition.KeyColumn).Set(row, key);
        }

        _batch.Int64(SourceDefinition.TimestampColumn)[row] = timestamp;
        NextOffset = offset + 1;
    }

    /// <summary>The batch that records are collected in, for sources that fill it themselves. Only in an ingest stage.</summary>
    public RecordBatch Input => _batch ?? throw new InvalidOperationException($"stage {_stage.Id} takes records, not rows");

    /// <summary>Sends the records collected so far through the operators.</summary>
    /// <exception cref="TaskException">An operator failed.</exception>
    public void Push()
    {
        if (_batch is null || _batch.Origin.Count == 0)
        {
            return;
        }

        _batch.Origin.Source = _environment.InputName;
        _batch.Origin.Partition = Partition;
        NextOffset = Math.Max(NextOffset, _batch.Origin.Offsets[^1] + 1);
        Guard(_pushBatch);
        var before = Ledger;
        Ledger = before.With(_batch.Origin);
        if (Ledger.Dead - before.Dead < _batch.Origin.Count)
        {
            LastRecordAt = _environment.Time.GetUtcNow();
        }

        EventTime = Math.Max(EventTime, _batch.Origin.MiddleTime());
        if (!Ledger.IsBalanced)
        {
            throw new TaskException(_flows.Find(f => f.Given < f.Taken) is { } flow
                ? $"{Where}: {OutsideTheCall(flow.Operator)}"
                : $"{Where}: the ledger does not balance ({Ledger}): an operator dropped records without saying where they went");
        }

        _batch.Clear();
    }

    /// <summary>
    /// Ends what lies between two checkpoints: operators emit what changed, and outputs, changed state and the position are in the
    /// environment's buffer. Adds nothing where nothing changed.
    /// </summary>
    public void Cut()
    {
        Push();
        foreach (var context in _contexts)
        {
            context.PartitionCount = _environment.InputPartitions;
        }

        Guard(_runCutActions);
        if (_batch is null)
        {
            ThrowIfHeldBack();
        }

        _state.WriteChanges(_environment.Outputs, NextOffset, Ledger);
        TakeCounts();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            owned.Dispose();
        }

        _input.Dispose();
    }

    private string Where => $"stage {_stage.Id}, {_environment.InputName}[{Partition}]";

    /// <summary>Asks operators for their counts. Others may read the list meanwhile, so it is made anew, where one has changed.</summary>
    private void TakeCounts()
    {
        var changed = Counts.Length != _counters.Count;
        for (var i = 0; i < _counters.Count && !changed; i++)
        {
            changed = Counts[i].Count != _counters[i].Count();
        }

        if (changed)
        {
            Counts = [.. _counters.Select(c => new OperatorCount(c.Operator, c.What, c.Count()))];
        }
    }

    private void TakePartial(long offset, ReadOnlySpan<byte> value)
    {
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            _exchange!.Deliver(value);
        }
        catch (Exception error) when (error is not (StateException or TaskException))
        {
            throw Failed(error);
        }
        finally
        {
            _thread = 0;
        }

        ThrowFault();
        ThrowIfHeldBack();
        NextOffset = offset + 1;
        LastRecordAt = _environment.Time.GetUtcNow();
        Ledger += new Ledger(1, 1, 0, 0, 0);
    }

    private void Guard(Action action)
    {
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            action();
        }
        catch (Exception error) when (error is not (StateException or TaskException))
        {
            throw Failed(error);
        }
        finally
        {
            _thread = 0;
        }

        ThrowFault();
    }

    private TaskException Failed(Exception error) => new($"{Where}: {error.Message}", error);

    /// <summary>Behind windows no ledger shows what an operator keeps to itself.</summary>
    private void ThrowIfHeldBack()
    {
        foreach (var flow in _flows)
        {
            if (flow.Given < flow.Taken)
            {
                throw new TaskException($"{Where}: {OutsideTheCall(flow.Operator)}");
            }
        }
    }

    private void ThrowFault()
    {
        if (_fault is not null)
        {
            throw _fault as TaskException ?? Failed(_fault);
        }
    }

    private void Connect(StageOperator op)
    {
        var node = op.Node;
        var context = new OperatorContext
        {
            Graph = _plan.Graph.Name,
            OperatorId = node.Id,
            Options = node.Options,
            Operators = _plan.Graph.Operators,
            Schema = op.Schema,
            OutputSchema = op.OutputSchema,
            Partition = Partition,
            PartitionCount = _environment.InputPartitions,
            PartitionNewsDelay = _environment.PartitionNewsDelay,
            Time = _environment.Time,
            Logger = _environment.Loggers.CreateLogger($"{_plan.Graph.Name}.{node.Id}"),
            Task = _services,
        };
        _contexts.Add(context);
        _services.Connecting = node.Id;
        var instance = op.Phase == OperatorPhase.Second ? ((TwoPhaseDefinition)node.Definition).CreateMerge(context) : node.Definition.Create(context);
        _owned.Add(instance);
        var output = new Subject<RecordBatch>();
        _outputs[node.Id] = output;
        var flow = new Flow(node.Id);
        if (node.Definition.Placement == OperatorPlacement.Rows)
        {
            _flows.Add(flow);
        }

        _owned.Add(instance.Connect(InputOf(op).Do(_ => flow.Taken++)).Subscribe(batch => Emit(flow, output, batch), error => _fault ??= error));
        foreach (var target in _stage.Outputs.Where(o => o.From == node.Id))
        {
            _owned.Add(output.Subscribe(Writer(target, op)));
        }

        if (_stage.Kind == StageKind.Ingest && op.Phase == OperatorPhase.Whole && _stage.Operators.All(o => o.From != node.Id))
        {
            _owned.Add(output.Subscribe(CountAll));
        }
    }

    /// <summary>The end of a chain without windows: what got so far was worked on and is counted.</summary>
    private static void CountAll(RecordBatch batch)
    {
        foreach (var record in batch.Records)
        {
            batch.Origin.Mark(record, RecordFate.Counted);
        }
    }

    private Subject<RecordBatch> InputOf(StageOperator op)
    {
        if (op.Phase == OperatorPhase.Second)
        {
            var received = new Subject<RecordBatch>();
            _exchange!.Register(op.Node.Id, op.Schema, received.OnNext);
            return received;
        }

        return op.From is null ? _input : _outputs[op.From];
    }

    private void Emit(Flow flow, Subject<RecordBatch> output, RecordBatch batch)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _fault ??= new TaskException($"{Where}: {OutsideTheCall(flow.Operator)}");
            return;
        }

        flow.Given++;
        output.OnNext(batch);
    }

    private static string OutsideTheCall(string operatorId) =>
        $"operator '{operatorId}' does not hand batches on during the call that brings them (a queue, a timer, another thread or a filter of whole batches in its query); such operators cannot be used here";

    private Action<RecordBatch> Writer(StageOutput output, StageOperator op)
    {
        var partitions = _environment.PartitionsOf(output.Topic);
        if (output.Format == OutputFormat.Exchange)
        {
            var exchange = new ExchangeWriter(output, op.OutputSchema, partitions);
            return batch => exchange.Write(batch, Partition, _environment.InputPartitions, _environment.Outputs);
        }

        // The batch also has columns of operators behind this one, who have not filled them yet.
        var rows = new JsonRowWriter(output, op.Node.Output, op.OutputSchema, partitions, _environment.RecordLimitOf(output.Topic), _stage.Kind == StageKind.Ingest ? Refuse : null);
        _owned.Add(rows);
        return batch => rows.Write(batch, _environment.Outputs);
    }

    /// <summary>Drops a row, and sends its record to the dead letters.</summary>
    private void Refuse(RecordBatch batch, int row, string error)
    {
        var record = batch.Records[row];
        var isThere = batch.Origin.Fates[record] == RecordFate.Dead;
        batch.Drop(row, RecordFate.Dead);
        if (!isThere)
        {
            _services.DeadLetter(batch, record, _stage.Id, Encoding.UTF8.GetBytes(error));
        }
    }

    /// <summary>How many batches an operator took in and gave on.</summary>
    private sealed class Flow(string operatorId)
    {
        internal string Operator => operatorId;

        internal long Taken { get; set; }

        internal long Given { get; set; }
    }
}

/// <summary>A task cannot go on: the run ends, and the next one begins at the last checkpoint.</summary>
public sealed class TaskException(string message, Exception? inner = null) : Exception(message, inner);
