using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state of the first phase: its slots, and where the partition stands in time.</summary>
internal sealed class SlotTables
{
    private static readonly byte[] _timeKey = "time"u8.ToArray();

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly KeyTexts _texts;
    private readonly SlotStore _slots;
    private readonly Func<SlotKey, int> _open;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<int> _changed = new(1024);
    private readonly PendingDeletes _deletes = new();
    private readonly PendingDeletes _sampleDeletes = new();
    private (long MaxEventTime, long ClosedThrough, long Watermark, bool Idle, bool Ended)? _stored;

    public SlotTables(OperatorContext context, WindowSettings settings, KeyTexts texts, SlotStore slots, Func<SlotKey, int> open, Action restored)
    {
        (_context, _settings, _texts, _slots, _open) = (context, settings, texts, slots, open);
        context.Task.Keep(new CodedTable(context.OperatorId, "slots", SlotStore.Format, WriteSlots, ReadSlot, restored));
        if (SamplesApart)
        {
            context.Task.Keep(new CodedTable(context.OperatorId, "samples", SlotStore.Format, WriteSamples, ReadSamples, CheckSamples));
        }

        context.Task.Keep(new CodedTable(context.OperatorId, "time", 2, WriteTime, ReadTime));
    }

    /// <summary>The greatest event time among all records of the partition, none too far in the future; ms since 1970.</summary>
    public long MaxEventTime { get; set; } = long.MinValue;

    /// <summary>
    /// Windows that end at or before this may be forgotten, so nothing is added to them any more, whatever <c>lateness</c> and
    /// <c>max_disorder</c> say now: they may have been others when that was decided.
    /// </summary>
    public long ClosedThrough { get; set; } = long.MinValue;

    /// <summary>The watermark that was emitted last.</summary>
    public long SentWatermark { get; set; } = long.MinValue;

    /// <summary>Whether the partition was last said to be idle.</summary>
    public bool SentIdle { get; set; }

    /// <summary>Whether the partition was said to be idle when the state was stored that this task started from.</summary>
    public bool WasIdle { get; private set; }

    /// <summary>Whether the partition was last said to have ended.</summary>
    public bool SentEnded { get; set; }

    /// <summary>Whether samples have a table of their own, so that they are stored only when they change. Sessions' keys change too often.</summary>
    private bool SamplesApart => !_settings.IsSession;

    /// <summary>Notes that a slot is to be stored.</summary>
    public void Changed(int position)
    {
        ref var slot = ref _slots[position];
        if ((slot.Flags & SlotFlags.Unstored) == 0)
        {
            slot.Flags |= SlotFlags.Unstored;
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
        _texts.Write(_slots[position].Key, _key);
        return _key.Written;
    }

    private void WriteSlots(IStateChanges changes)
    {
        _deletes.WriteTo(changes);
        foreach (var position in _changed)
        {
            if ((_slots[position].Flags & SlotFlags.Unstored) == 0)
            {
                continue; // removed since
            }

            _value.Clear();
            _slots.Write(position, _value, withSamples: !SamplesApart);
            changes.Put(Key(position), _value.Written);
        }

        if (!SamplesApart)
        {
            NoteStored();
        }
    }

    private void WriteSamples(IStateChanges changes)
    {
        _sampleDeletes.WriteTo(changes);
        foreach (var position in _changed)
        {
            ref var slot = ref _slots[position];
            if ((slot.Flags & SlotFlags.Unstored) != 0 && slot.Samples.Revision != slot.Samples.Stored)
            {
                _value.Clear();
                _slots.Samples.Write(slot.Samples, _value);
                changes.Put(Key(position), _value.Written);
                slot.Samples.Stored = slot.Samples.Revision;
            }
        }

        NoteStored();
    }

    private void NoteStored()
    {
        foreach (var position in _changed)
        {
            ref var flags = ref _slots[position].Flags;
            if ((flags & SlotFlags.Unstored) != 0)
            {
                flags = (flags & ~SlotFlags.Unstored) | SlotFlags.Stored;
            }
        }

        _changed.Clear();
    }

    private void ReadSlot(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = Open(key);
        _slots.Read(position, value);
        _slots[position].Flags |= SlotFlags.Stored;
    }

    private void ReadSamples(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = Open(key);
        _slots.ReadSamples(position, value);
        ref var samples = ref _slots[position].Samples;
        samples.Sent = samples.Stored = samples.Revision;
    }

    private int Open(ReadOnlySpan<byte> key)
    {
        var reader = new StateReader(key);
        var position = _open(_texts.Read(ref reader));
        reader.End();
        return position;
    }

    private void CheckSamples() => _slots.RequireAllStored(_context.OperatorId, "slots", "samples");

    private void WriteTime(IStateChanges changes)
    {
        var now = (MaxEventTime, ClosedThrough, SentWatermark, SentIdle, SentEnded);
        if (_stored == now)
        {
            return;
        }

        _stored = now;
        _value.Clear();
        _settings.WriteShape(_value);
        _value.WriteSigned(MaxEventTime);
        _value.WriteSigned(ClosedThrough);
        _value.WriteSigned(SentWatermark);
        _value.WriteByte((byte)(SentIdle ? 1 : 0));
        _value.WriteByte((byte)(SentEnded ? 1 : 0));
        changes.Put(_timeKey, _value.Written);
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!key.SequenceEqual(_timeKey))
        {
            throw new FormatException("its key is unknown");
        }

        var reader = new StateReader(value);
        _settings.CheckShape(_context.OperatorId, ref reader);
        MaxEventTime = reader.ReadSigned();
        ClosedThrough = reader.ReadSigned();
        SentWatermark = reader.ReadSigned();
        SentIdle = WasIdle = reader.ReadFlag();
        SentEnded = reader.ReadFlag();
        reader.End();
        _stored = (MaxEventTime, ClosedThrough, SentWatermark, SentIdle, SentEnded);
    }
}
