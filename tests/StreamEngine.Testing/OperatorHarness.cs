using System.Reactive.Subjects;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;
using StreamEngine.Core.State;

namespace StreamEngine.Testing;

/// <summary>
/// Runs one operator by itself, as a task would: options are bound, columns laid out, state restored and stored, side outputs collected.
/// </summary>
public sealed class OperatorHarness : ITaskServices, IDisposable
{
    private readonly Subject<RecordBatch> _input = new();
    private readonly IOperator _operator;
    private readonly IDisposable _subscription;
    private readonly List<IStateTable> _tables = [];
    private readonly List<Action> _cutActions = [];
    private readonly Dictionary<string, Func<long>> _counts = [];
    private readonly List<DeadLetterRecord> _deadLetters = [];
    private readonly List<LateRecord> _late = [];
    private Action<RecordBatch>? _inspect;

    /// <summary>Makes an instance of an operator.</summary>
    /// <param name="definition">The operator.</param>
    /// <param name="options">Its options: a map as <see cref="ConfigNode.From"/> takes it, or a node read from YAML; null for none.</param>
    /// <param name="setting">Where it runs; null: partition 0 of 1, input as a source gives it, the system's clock.</param>
    /// <exception cref="GraphException">The options are wrong, or a column is missing.</exception>
    public OperatorHarness(OperatorDefinition definition, object? options = null, HarnessSetting? setting = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        setting ??= new HarnessSetting();
        var bound = Bind(definition, options);
        var columns = definition.Columns(bound, setting.Input);
        var missing = columns.Reads.Where(c => !setting.Input.Has(c.Name, c.Type)).ToList();
        if (missing.Count > 0)
        {
            throw new GraphException(bound.Position, $"'{definition.Name}' needs the column {missing[0]}");
        }

        var problems = new List<GraphProblem>();
        definition.ValidateColumns(bound, setting.Input, problems);
        if (problems.Count > 0)
        {
            throw new GraphException(problems);
        }

        State = setting.State ?? new StoredState();
        InputSchema = setting.Input.With(columns.Adds);
        OutputSchema = setting.Merge || definition is not TwoPhaseDefinition twoPhase
            ? columns.Output ?? InputSchema
            : twoPhase.ExchangeSchema(bound, setting.Input);
        Context = new OperatorContext
        {
            Graph = "test",
            OperatorId = definition.Name,
            Options = bound,
            Schema = setting.Merge ? ((TwoPhaseDefinition)definition).ExchangeSchema(bound, setting.Input) : InputSchema,
            OutputSchema = OutputSchema,
            Partition = setting.Partition,
            PartitionCount = setting.PartitionCount,
            PartitionNewsDelay = setting.PartitionNewsDelay,
            Time = setting.Time,
            Logger = setting.Logger,
            Task = this,
        };
        InputSchema = Context.Schema;
        _operator = setting.Merge ? ((TwoPhaseDefinition)definition).CreateMerge(Context) : definition.Create(Context);
        _tables.ForEach(State.RestoreInto);
        _subscription = _operator.Connect(_input).Subscribe(batch => _inspect?.Invoke(batch));
        Partition = setting.Partition;
    }

    /// <summary>What the operator was made with.</summary>
    public OperatorContext Context { get; }

    /// <summary>The operator.</summary>
    public IOperator Operator => _operator;

    /// <summary>The columns of the batches to push.</summary>
    public BatchSchema InputSchema { get; }

    /// <summary>The columns of the batches that come out.</summary>
    public BatchSchema OutputSchema { get; }

    /// <summary>The partition that the operator works on.</summary>
    public int Partition { get; }

    /// <summary>The state as stored at the last <see cref="Cut"/>; give it to another harness to restore from it.</summary>
    public StoredState State { get; }

    /// <summary>The tables of state that the operator keeps.</summary>
    public IReadOnlyList<IStateTable> Tables => _tables;

    /// <summary>The records refused, in order.</summary>
    public IReadOnlyList<DeadLetterRecord> DeadLetters => _deadLetters;

    /// <summary>The records sent to the late topic, in order.</summary>
    public IReadOnlyList<LateRecord> Late => _late;

    /// <summary>What the operator counts of its own.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts.ToDictionary(c => c.Key, c => c.Value());

    /// <inheritdoc/>
    public TimeSpan Silence { get; set; }

    /// <summary>Binds options as the engine does.</summary>
    /// <exception cref="GraphException">They are wrong.</exception>
    public static OptionSet Bind(OperatorDefinition definition, object? options)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var problems = new List<GraphProblem>();
        var bound = OptionSet.Bind($"operator '{definition.Name}'", definition.Options, options is null ? null : ConfigNode.From(options), SourcePosition.Code, problems);
        if (problems.Count == 0)
        {
            definition.Validate(bound, problems);
        }

        return problems.Count == 0 ? bound : throw new GraphException(problems);
    }

    /// <summary>An empty batch of the operator's input.</summary>
    public RecordBatch NewBatch()
    {
        var batch = new RecordBatch(InputSchema);
        batch.Origin.Source = "posts";
        batch.Origin.Partition = Partition;
        return batch;
    }

    /// <summary>A batch with one row per record; offsets count from <paramref name="firstOffset"/>, keys are absent.</summary>
    public RecordBatch NewBatch(IEnumerable<byte[]> values, long firstOffset = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        var batch = NewBatch();
        foreach (var value in values)
        {
            var row = batch.AppendRecord(firstOffset++);
            batch.Utf8(SourceDefinition.ValueColumn).Set(row, value);
            batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
            batch.Int64(SourceDefinition.TimestampColumn)[row] = 0;
        }

        return batch;
    }

    /// <inheritdoc cref="NewBatch(IEnumerable{byte[]}, long)"/>
    public RecordBatch NewBatch(params IEnumerable<string> values) => NewBatch(values.Select(Encoding.UTF8.GetBytes));

    /// <summary>Pushes a batch; <paramref name="inspect"/> sees each batch that comes out, valid only during its call.</summary>
    public void Push(RecordBatch batch, Action<RecordBatch>? inspect = null)
    {
        _inspect = inspect;
        _input.OnNext(batch);
        _inspect = null;
    }

    /// <summary>A checkpoint: the operator's cut actions, which may emit, then the changes of its state.</summary>
    public void Cut(Action<RecordBatch>? inspect = null)
    {
        _inspect = inspect;
        _cutActions.ForEach(action => action());
        _inspect = null;
        _tables.ForEach(State.Store);
    }

    void ITaskServices.Keep(IStateTable table) => _tables.Add(table);

    void ITaskServices.OnCut(Action action) => _cutActions.Add(action);

    void ITaskServices.Count(string what, Func<long> count) => _counts.Add(what, count);

    void ITaskServices.DeadLetter(RecordBatch batch, int record, string operatorId, ReadOnlySpan<byte> error) =>
        _deadLetters.Add(new DeadLetterRecord(batch.Origin.Offsets[record], operatorId, Encoding.UTF8.GetString(error)));

    void ITaskServices.Late(RecordBatch batch, int record, string operatorId, long eventTime, long watermark) =>
        _late.Add(new LateRecord(batch.Origin.Offsets[record], operatorId, eventTime, watermark));

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription.Dispose();
        _operator.Dispose();
        _input.Dispose();
    }
}

/// <summary>Where a harness's operator runs.</summary>
public sealed record HarnessSetting
{
    /// <summary>The columns that reach it.</summary>
    public BatchSchema Input { get; init; } = SourceDefinition.Schema;

    /// <summary>Its partition.</summary>
    public int Partition { get; init; }

    /// <summary>How many partitions there are.</summary>
    public int PartitionCount { get; init; } = 1;

    /// <summary>How long news of an added partition may take.</summary>
    public TimeSpan PartitionNewsDelay { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the second phase of a two-phase operator is meant.</summary>
    public bool Merge { get; init; }

    /// <summary>State to restore from and store to; null: none yet.</summary>
    public StoredState? State { get; init; }

    /// <summary>Receives what it logs.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

/// <summary>A record that an operator refused.</summary>
public sealed record DeadLetterRecord(long Offset, string OperatorId, string Error);

/// <summary>A record that came too late.</summary>
public sealed record LateRecord(long Offset, string OperatorId, long EventTime, long Watermark);
