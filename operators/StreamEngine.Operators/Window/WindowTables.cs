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
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changedSlots = [];
    private readonly List<int> _changedWindows = [];
    private readonly string _owner;
    private readonly WindowTableNames _names;
    private readonly PendingDeletes _slotDeletes = new();
    private readonly PendingDeletes _sampleDeletes = new();
    private readonly PendingDeletes _windowDeletes = new();

    /// <param name="context">The operator.</param>
    /// <param name="names">What the tables are called.</param>
    /// <param name="store">What is kept.</param>
    /// <param name="restored">Called when a table is restored.</param>
    public WindowTables(OperatorContext context, WindowTableNames names, MergedStore store, Action restored)
    {
        (_owner, _names, _store) = (context.OperatorId, names, store);
        store.SlotLeaves = SlotLeaves;
        store.WindowLeaves = WindowLeaves;
        context.Task.Keep(new CodedTable(context.OperatorId, names.Slots, SlotStore.Format, WriteSlots, ReadSlot, restored));
        if (names.Samples is { } samples)
        {
            context.Task.Keep(new CodedTable(context.OperatorId, samples, SlotStore.Format, WriteSamples, ReadSamples, CheckSamples));
        }

        context.Task.Keep(new CodedTable(context.OperatorId, names.Windows, 1, WriteWindows, ReadWindow, restored));
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

        if (_store.Slots[slot].Samples.Stored != 0)
        {
            _sampleDeletes.Add(SlotKeyOf(slot));
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
            _store.Slots.Write(slot, _value, withSamples: _names.Samples is null);
            changes.Put(SlotKeyOf(slot), _value.Written);
        }

        if (_names.Samples is null)
        {
            NoteStored();
        }
    }

    private void WriteSamples(IStateChanges changes)
    {
        _sampleDeletes.WriteTo(changes);
        foreach (var position in _changedSlots)
        {
            ref var slot = ref _store.Slots[position];
            if ((slot.Flags & SlotFlags.Unstored) != 0 && slot.Samples.Revision != slot.Samples.Stored)
            {
                _value.Clear();
                _store.Slots.Samples.Write(slot.Samples, _value);
                changes.Put(SlotKeyOf(position), _value.Written);
                slot.Samples.Stored = slot.Samples.Revision;
            }
        }

        NoteStored();
    }

    private void NoteStored()
    {
        foreach (var slot in _changedSlots)
        {
            ref var flags = ref _store.Slots[slot].Flags;
            if ((flags & SlotFlags.Unstored) != 0)
            {
                flags = (flags & ~SlotFlags.Unstored) | SlotFlags.Stored;
            }
        }

        _changedSlots.Clear();
    }

    private void ReadSlot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var slotKey = ReadKey(key, out var part);
        if (_store.Put(slotKey, part, VersionOf(value), value, out _, out var slot) == PutResult.Taken)
        {
            _store.Slots[slot].Flags |= SlotFlags.Stored;
        }
    }

    private void ReadSamples(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var slot = _store.FindOrAddSlot(ReadKey(key, out var part), part);
        _store.Slots.ReadSamples(slot, value);
        ref var samples = ref _store.Slots[slot].Samples;
        samples.Stored = samples.Revision;
    }

    private SlotKey ReadKey(ReadOnlySpan<byte> key, out int part)
    {
        var reader = new StateReader(key);
        part = (int)reader.ReadCount(1 << 30);
        var slotKey = _store.Texts.Read(ref reader);
        reader.End();
        return slotKey;
    }

    private void CheckSamples() => _store.Slots.RequireAllStored(_owner, _names.Slots, _names.Samples!);

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

/// <summary>The names of the tables of <see cref="WindowTables"/>.</summary>
/// <param name="Slots">Slots.</param>
/// <param name="Samples">Their samples; <see langword="null"/> where they are stored with the slots.</param>
/// <param name="Windows">What was emitted of windows.</param>
internal sealed record WindowTableNames(string Slots, string? Samples, string Windows);
