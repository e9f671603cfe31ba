using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>Takes in a slot as it is stored; its position, or -1 where it is not kept.</summary>
internal delegate int SlotReader(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

/// <summary>The position of the slot with a stored key, made where it is not there.</summary>
internal delegate int SlotFinder(ReadOnlySpan<byte> key);

/// <summary>
/// The stored slots of a <see cref="SlotStore"/>. Most of a busy slot's bytes are its samples, which seldom change: they may have a table of
/// their own and are then written only when they have. Its user says how keys are made and found.
/// </summary>
internal sealed class SlotTable
{
    private readonly string _owner;
    private readonly (string Slots, string? Samples) _names;
    private readonly SlotStore _slots;
    private readonly Action<int, StateWriter> _writeKey;
    private readonly SlotReader _read;
    private readonly SlotFinder _find;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changed = new(1024);
    private readonly PendingDeletes _deletes = new();
    private readonly PendingDeletes _sampleDeletes = new();

    /// <param name="context">The operator.</param>
    /// <param name="names">What the tables are called; samples are stored with their slots where they have none.</param>
    /// <param name="slots">The slots.</param>
    /// <param name="writeKey">Writes the key of a slot.</param>
    /// <param name="read">Takes in a stored slot.</param>
    /// <param name="find">Finds a slot by its key; used where samples have a table.</param>
    /// <param name="restored">Called when the slots are restored.</param>
    public SlotTable(OperatorContext context, (string Slots, string? Samples) names, SlotStore slots, Action<int, StateWriter> writeKey, SlotReader read, SlotFinder find, Action restored)
    {
        (_owner, _names, _slots, _writeKey, _read, _find) = (context.OperatorId, names, slots, writeKey, read, find);
        context.Task.Keep(new CodedTable(_owner, names.Slots, SlotStore.Format, WriteSlots, ReadSlot, restored));
        if (names.Samples is { } samples)
        {
            context.Task.Keep(new CodedTable(_owner, samples, SlotStore.Format, WriteSamples, ReadSamples, RequireSlots));
        }
    }

    /// <summary>Notes that a slot is to be stored.</summary>
    public void Changed(int position)
    {
        ref var flags = ref _slots[position].Flags;
        if ((flags & SlotFlags.Unstored) == 0)
        {
            flags |= SlotFlags.Unstored;
            _changed.Add(position);
        }
    }

    /// <summary>Notes that a slot is about to be removed.</summary>
    public void Forget(int position)
    {
        if ((_slots[position].Flags & SlotFlags.Stored) != 0)
        {
            _deletes.Add(Key(position));
        }

        if (_slots[position].Samples.Stored != 0)
        {
            _sampleDeletes.Add(Key(position));
        }
    }

    private ReadOnlySpan<byte> Key(int position)
    {
        _key.Clear();
        _writeKey(position, _key);
        return _key.Written;
    }

    /// <summary>Writes the slots that changed, and leaves those in the list whose samples may have.</summary>
    private void WriteSlots(IStateChanges changes)
    {
        _deletes.WriteTo(changes);
        var written = 0;
        for (var i = 0; i < _changed.Count; i++)
        {
            var position = _changed[i];
            ref var slot = ref _slots[position];
            if ((slot.Flags & SlotFlags.Unstored) == 0)
            {
                continue; // removed since
            }

            _value.Clear();
            _slots.Write(position, _value, withSamples: _names.Samples is null);
            changes.Put(Key(position), _value.Written);
            slot.Flags = (slot.Flags & ~SlotFlags.Unstored) | SlotFlags.Stored;
            _changed[written++] = position;
        }

        var kept = _names.Samples is null ? 0 : written;
        _changed.RemoveRange(kept, _changed.Count - kept);
    }

    private void WriteSamples(IStateChanges changes)
    {
        _sampleDeletes.WriteTo(changes);
        foreach (var position in _changed)
        {
            ref var samples = ref _slots[position].Samples;
            if (samples.Revision != samples.Stored)
            {
                _value.Clear();
                _slots.Samples.Write(samples, _value);
                changes.Put(Key(position), _value.Written);
                samples.Stored = samples.Revision;
            }
        }

        _changed.Clear();
    }

    private void ReadSlot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (_read(key, value) is >= 0 and var position)
        {
            _slots[position].Flags |= SlotFlags.Stored;
        }
    }

    /// <remarks>What was stored had been sent: both happen in one checkpoint.</remarks>
    private void ReadSamples(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = _find(key);
        _slots.ReadSamples(position, value);
        ref var samples = ref _slots[position].Samples;
        samples.Sent = samples.Stored = samples.Revision;
    }

    private void RequireSlots()
    {
        for (var position = 0; position < _slots.End; position++)
        {
            if (_slots[position].Samples.Stored != 0 && (_slots[position].Flags & SlotFlags.Stored) == 0)
            {
                throw new StateException($"Operator '{_owner}', state table '{_names.Samples}': samples are there whose slot is missing in table '{_names.Slots}'. The state is damaged.");
            }
        }
    }
}
