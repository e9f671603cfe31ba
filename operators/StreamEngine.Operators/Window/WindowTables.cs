using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state of a <see cref="MergedStore"/>: slots by part, and what was emitted of each window.</summary>
internal sealed class WindowTables
{
    private readonly MergedStore _store;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changedSlots = [];
    private readonly List<int> _changedWindows = [];
    private readonly PendingDeletes _slotDeletes = new();
    private readonly PendingDeletes _windowDeletes = new();

    /// <param name="context">The operator.</param>
    /// <param name="slots">The table of slots, and the version of its codec.</param>
    /// <param name="windows">Name of the table of windows.</param>
    /// <param name="store">What is kept.</param>
    /// <param name="restored">Called when either table is restored.</param>
    public WindowTables(OperatorContext context, (string Name, byte Version) slots, string windows, MergedStore store, Action restored)
    {
        _store = store;
        store.SlotLeaves = SlotLeaves;
        store.WindowLeaves = WindowLeaves;
        context.Task.Keep(new CodedTable(context.OperatorId, slots.Name, slots.Version, WriteSlots, ReadSlot, restored));
        context.Task.Keep(new CodedTable(context.OperatorId, windows, 1, WriteWindows, ReadWindow, restored));
    }

    /// <summary>Notes that a slot is to be stored.</summary>
    public void SlotChanged(int slot)
    {
        ref var flags = ref _store.Slots[slot].Flags;
        if ((flags & SlotFlags.Unstored) == 0)
        {
            flags |= SlotFlags.Unstored;
            _changedSlots.Add(slot);
        }
    }

    /// <summary>Notes that a window's emitted version is to be stored.</summary>
    public void WindowChanged(int window)
    {
        if (!_store[window].Unstored)
        {
            _store[window].Unstored = true;
            _changedWindows.Add(window);
        }
    }

    private void SlotLeaves(int slot)
    {
        if ((_store.Slots[slot].Flags & SlotFlags.Stored) != 0)
        {
            _slotDeletes.Add(SlotKeyOf(slot));
        }
    }

    private void WindowLeaves(int window)
    {
        if (_store[window].Stored)
        {
            _windowDeletes.Add(WindowKeyOf(window));
        }
    }

    private ReadOnlySpan<byte> SlotKeyOf(int slot)
    {
        _key.Clear();
        _key.WriteCount(_store.Slots[slot].Part);
        _store.Texts.Write(_store.Slots[slot].Key, _key);
        return _key.Written;
    }

    private ReadOnlySpan<byte> WindowKeyOf(int window)
    {
        _key.Clear();
        _store.Texts.Write(_store[window].Key, _key);
        return _key.Written;
    }

    private void WriteSlots(IStateChanges changes)
    {
        _slotDeletes.WriteTo(changes);
        foreach (var slot in _changedSlots)
        {
            if ((_store.Slots[slot].Flags & SlotFlags.Unstored) == 0)
            {
                continue; // removed since
            }

            _value.Clear();
            _store.Slots.Write(slot, _value);
            changes.Put(SlotKeyOf(slot), _value.Written);
            ref var flags = ref _store.Slots[slot].Flags;
            flags = (flags & ~SlotFlags.Unstored) | SlotFlags.Stored;
        }

        _changedSlots.Clear();
    }

    private void ReadSlot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(key);
        var part = (int)reader.ReadCount(1 << 30);
        var slotKey = _store.Texts.Read(ref reader);
        reader.End();
        if (_store.Put(slotKey, part, VersionOf(value), value, out _, out var slot) == PutResult.Taken)
        {
            _store.Slots[slot].Flags |= SlotFlags.Stored;
        }
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
