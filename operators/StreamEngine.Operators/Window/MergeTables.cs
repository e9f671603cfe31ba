using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state of the second phase: slots per source partition, what was emitted of each window, and time.</summary>
internal sealed class MergeTables
{
    private const byte WholeTag = 0;
    private const byte SourceTag = 1;

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MergedStore _store;
    private readonly MergeClock _clock;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changedSlots = [];
    private readonly List<int> _changedWindows = [];
    private readonly PendingDeletes _slotDeletes = new();
    private readonly PendingDeletes _windowDeletes = new();
    private (long EmittedAt, long SentWatermark) _stored = (long.MinValue, long.MinValue);

    public MergeTables(OperatorContext context, WindowSettings settings, MergedStore store, MergeClock clock, Action restored)
    {
        (_context, _settings, _store, _clock) = (context, settings, store, clock);
        context.Task.Keep(new CodedTable(context.OperatorId, "merge_slots", 2, WriteSlots, ReadSlot, restored));
        context.Task.Keep(new CodedTable(context.OperatorId, "merge_windows", 1, WriteWindows, ReadWindow, restored));
        context.Task.Keep(new CodedTable(context.OperatorId, "merge_time", 1, WriteTime, ReadTime, restored));
    }

    /// <summary>When open windows were last emitted, in ms of the clock.</summary>
    public long EmittedAt { get; set; } = long.MinValue;

    /// <summary>The watermark last emitted.</summary>
    public long SentWatermark { get; set; } = long.MinValue;

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

    /// <summary>Notes that a window is about to be removed.</summary>
    public void Forget(int window)
    {
        for (var slot = _store[window].FirstSlot; slot >= 0; slot = _store.Slots[slot].Next)
        {
            if ((_store.Slots[slot].Flags & SlotFlags.Stored) != 0)
            {
                _slotDeletes.Add(SlotKeyOf(slot));
            }
        }

        if (_store[window].Stored)
        {
            _windowDeletes.Add(WindowKeyOf(window));
        }
    }

    private ReadOnlySpan<byte> SlotKeyOf(int slot)
    {
        _key.Clear();
        _key.WriteCount(_store.Slots[slot].Partition);
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
        var partition = (int)reader.ReadCount(1 << 20);
        var window = _store.FindOrAdd(_store.Texts.Read(ref reader));
        reader.End();
        var version = VersionOf(value);
        if (_store.Put(window, partition, version, value, out var slot))
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

    private void WriteTime(IStateChanges changes)
    {
        for (var partition = 0; partition < _clock.Heard; partition++)
        {
            if (_clock[partition].Stored)
            {
                continue;
            }

            _key.Clear();
            _key.WriteByte(SourceTag);
            _key.WriteCount(partition);
            _value.Clear();
            _clock.WriteSource(partition, _value);
            changes.Put(_key.Written, _value.Written);
            _clock.MarkStored(partition);
        }

        if (_clock.Changed || _stored != (EmittedAt, SentWatermark))
        {
            _key.Clear();
            _key.WriteByte(WholeTag);
            _value.Clear();
            _settings.WriteShape(_value);
            _clock.Write(_value);
            _value.WriteSigned(EmittedAt);
            _value.WriteSigned(SentWatermark);
            changes.Put(_key.Written, _value.Written);
            _clock.MarkStored();
            _stored = (EmittedAt, SentWatermark);
        }
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var keyReader = new StateReader(key);
        var reader = new StateReader(value);
        switch (keyReader.ReadByte())
        {
            case SourceTag:
                _clock.ReadSource((int)keyReader.ReadCount(1 << 20), ref reader);
                break;
            case WholeTag:
                _settings.CheckShape(_context.OperatorId, ref reader);
                _clock.Read(ref reader);
                EmittedAt = reader.ReadSigned();
                SentWatermark = reader.ReadSigned();
                _stored = (EmittedAt, SentWatermark);
                break;
            default:
                throw new FormatException("its key is unknown");
        }

        keyReader.End();
        reader.End();
    }
}
