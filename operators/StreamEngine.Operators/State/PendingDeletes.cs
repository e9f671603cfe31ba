using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>Keys that are to be deleted from a state table at the next checkpoint.</summary>
internal sealed class PendingDeletes
{
    private readonly ByteArena _keys = new();
    private readonly List<int> _ends = [];

    public void Add(ReadOnlySpan<byte> key)
    {
        _keys.Append(key);
        _ends.Add(_keys.Length);
    }

    public void WriteTo(IStateChanges changes)
    {
        var start = 0;
        foreach (var end in _ends)
        {
            changes.Delete(_keys.Buffer.AsSpan(start, end - start));
            start = end;
        }

        _ends.Clear();
        _keys.Clear();
    }
}
