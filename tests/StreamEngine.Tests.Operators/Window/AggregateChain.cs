using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>The second phase of <c>window</c> and roll-ups behind it, as they stand in one task: cut together, and lost together.</summary>
internal sealed class AggregateChain : IDisposable
{
    private readonly Dictionary<string, object?> _options;
    private readonly string[] _rollups;
    private readonly TimeProvider _time;
    private readonly List<StoredState> _states;
    private readonly List<OperatorHarness> _operators = [];

    /// <param name="options">Options of the window.</param>
    /// <param name="rollups">Lengths of the roll-ups' windows, one behind the other.</param>
    /// <param name="time">The clock.</param>
    public AggregateChain(Dictionary<string, object?> options, IEnumerable<string> rollups, TimeProvider time)
    {
        (_options, _rollups, _time) = (options, [.. rollups], time);
        _states = [.. Enumerable.Range(0, _rollups.Length + 1).Select(_ => new StoredState())];
        Start();
    }

    /// <summary>The state of the operators: 0 of the window, then of the roll-ups.</summary>
    public IReadOnlyList<StoredState> States => _states;

    /// <summary>The tables of the operators, in the same order.</summary>
    public IReadOnlyList<OperatorHarness> Operators => _operators;

    public void Push(Exchanged batch) => _operators[0].Push(batch.ToBatch(_operators[0]));

    /// <summary>A cut through all of them, in the order of the graph; what each emitted.</summary>
    public List<List<WindowRow>> Cut()
    {
        var rows = new List<List<WindowRow>>();
        for (var i = 0; i < _operators.Count; i++)
        {
            var (mine, next) = (new List<WindowRow>(), i + 1 < _operators.Count ? _operators[i + 1] : null);
            _operators[i].Cut(batch =>
            {
                mine.AddRange(WindowRow.From(batch));
                next?.Push(batch);
            });
            rows.Add(mine);
        }

        return rows;
    }

    /// <summary>The task dies, and another starts from its last cut.</summary>
    public void Crash()
    {
        Dispose();
        Start();
    }

    public void Dispose()
    {
        _operators.ForEach(op => op.Dispose());
        _operators.Clear();
    }

    private void Start()
    {
        _operators.Add(new OperatorHarness(new WindowDefinition(), _options, new HarnessSetting { Input = Mentions.Schema, Time = _time, Merge = true, State = _states[0] }));
        for (var i = 0; i < _rollups.Length; i++)
        {
            var options = new Dictionary<string, object?> { ["to"] = _rollups[i], ["early"] = "1s" };
            _operators.Add(new OperatorHarness(new RollupDefinition(), options, new HarnessSetting { Input = _operators[i].OutputSchema, Time = _time, State = _states[i + 1] }));
        }
    }
}
