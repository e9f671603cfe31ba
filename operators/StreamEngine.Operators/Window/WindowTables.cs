using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The state of a <see cref="MergedStore"/>: slots by part, their samples by themselves where they come only when they change, and what was
/// emitted of each window.
/// </summary>
internal sealed class WindowTables
{
    private readonly MergedStore _store;
    private readonly SlotTable _slots;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changedWindows = [];
    private readonly PendingDeletes _windowDeletes = new();

    /// <param name="context">The operator.</param>
    /// <param name="slots">What the tables of slots and of their samples are called.</param>
    /// <param name="windows">What the table of windows is called.</param>
    /// <param name="store">What is kept.</param>
    /// <param name="restored">Called when slots or windows are restored.</param>
    public WindowTables(OperatorContext context, (string Slots, string? Samples) slots, string windows, MergedStore store, Action restored)
    {
        _store = store;
        _slots = new SlotTable(context, slots, store.Slots, WriteKey, ReadSlot, FindSlot, restored);
        store.SlotLeaves = _slots.Forget;
        store.WindowLeaves = WindowLeaves;
        context.Task.Keep(new CodedTable(context.OperatorId, windows, 1, WriteWindows, ReadWindow, restored));
    }

    /// <summary>Notes that a slot is to be stored.</summary>
    public void SlotChanged(int slot) => _slots.Changed(slot);

    /// <summary>Notes that a window's emitted version is to be stored.</summary>
    public void WindowChanged(int window)
    {
        if (!_store[window].Unstored)
        {
            _store[window].Unstored = true;
            _changedWindows.Add(window);
        }
    }

    private void WindowLeaves(int window)
    {
        if (_store[window].Stored)
        {
            _windowDeletes.Add(WindowKeyOf(window));
        }
    }

    private void WriteKey(int slot, StateWriter key)
    {
        key.WriteCount(_store.Slots[slot].Part);
        _store.Texts.Write(_store.Slots[slot].Key, key);
    }

    private ReadOnlySpan<byte> WindowKeyOf(int window)
    {
        _key.Clear();
        _store.Texts.Write(_store[window].Key, _key);
        return _key.Written;
    }

    private int ReadSlot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var slotKey = ReadKey(key, out var part);
        return _store.Put(slotKey, part, VersionOf(value), value, out _, out var slot) == PutResult.Taken ? slot : -1;
    }

    private int FindSlot(ReadOnlySpan<byte> key)
    {
        var slotKey = ReadKey(key, out var part);
        return _store.FindOrAddSlot(slotKey, part);
    }

    private SlotKey ReadKey(ReadOnlySpan<byte> key, out int part)
    {
        var reader = new StateReader(key);
        part = (int)reader.ReadCount(1 << 30);
        var slotKey = _store.Texts.Read(ref reader);
        reader.End();
        return slotKey;
    }

    private static long VersionOf(ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        reader.ReadByte();
        return reader.ReadCount();
    }

    private void WriteWindows(IStateChanges changes)
    {
        _windowDeletes.WriteTo(changes);
        foreach (var window in _changedWindows)
        {
            ref var entry = ref _store[window];
            if (!entry.Unstored)
            {
                continue; // removed since
            }

            _value.Clear();
            _value.WriteCount(entry.Emitted);
            changes.Put(WindowKeyOf(window), _value.Written);
            entry.Unstored = false;
            entry.Stored = true;
        }

        _changedWindows.Clear();
    }

    private void ReadWindow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(key);
        var window = _store.FindOrAdd(_store.Texts.Read(ref reader));
        reader.End();
        reader = new StateReader(value);
        _store[window].Emitted = reader.ReadCount();
        _store[window].Stored = true;
        reader.End();
    }
}
