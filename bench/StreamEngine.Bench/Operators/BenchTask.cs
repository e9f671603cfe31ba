using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Bench.Operators;

/// <summary>The task around an operator that is measured by itself: cuts write the changes of its state, which are counted and dropped.</summary>
internal sealed class BenchTask : ITaskServices, IStateChanges
{
    private readonly List<Action> _actions = [];
    private readonly List<IStateTable> _tables = [];

    public TimeSpan Silence => TimeSpan.Zero;

    /// <summary>Bytes of keys and values written so far.</summary>
    public long StateBytes { get; private set; }

    public void Cut()
    {
        _actions.ForEach(action => action());
        _tables.ForEach(table => table.WriteChanges(this));
    }

    public void Keep(IStateTable table) => _tables.Add(table);

    public void OnCut(Action action) => _actions.Add(action);

    public void DeadLetter(RecordBatch batch, int record, string operatorId, ReadOnlySpan<byte> error) => throw new InvalidOperationException("no post of this run is refused");

    public void Late(RecordBatch batch, int record, string operatorId, long eventTime, long watermark) => throw new InvalidOperationException("no post of this run is late");

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => StateBytes += key.Length + value.Length;

    public void Delete(ReadOnlySpan<byte> key) => StateBytes += key.Length;
}
