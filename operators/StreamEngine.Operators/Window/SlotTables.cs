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
    private readonly SlotTable _stored;
    private readonly StateWriter _value = new();
    private (long MaxEventTime, long ClosedThrough, long Watermark, bool Idle, bool Ended)? _storedTime;

    public SlotTables(OperatorContext context, WindowSettings settings, KeyTexts texts, SlotStore slots, Func<SlotKey, int> open, Action restored)
    {
        (_context, _settings, _texts, _slots, _open) = (context, settings, texts, slots, open);
        // Sessions' keys change too often for samples of their own.
        _stored = new SlotTable(context, ("slots", settings.IsSession ? null : "samples"), slots, (slot, key) => texts.Write(slots[slot].Key, key), Read, Open, restored);
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

    /// <summary>Notes that a slot is to be stored.</summary>
    public void Changed(int position) => _stored.Changed(position);

    /// <summary>Notes that a slot is about to be removed.</summary>
    public void Forget(int position) => _stored.Forget(position);

    private int Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = Open(key);
        _slots.Read(position, value);
        return position;
    }

    private int Open(ReadOnlySpan<byte> key)
    {
        var reader = new StateReader(key);
        var slotKey = _texts.Read(ref reader);
        reader.End();
        return _open(slotKey);
    }

    private void WriteTime(IStateChanges changes)
    {
        var now = (MaxEventTime, ClosedThrough, SentWatermark, SentIdle, SentEnded);
        if (_storedTime == now)
        {
            return;
        }

        _storedTime = now;
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
        _storedTime = (MaxEventTime, ClosedThrough, SentWatermark, SentIdle, SentEnded);
    }
}
