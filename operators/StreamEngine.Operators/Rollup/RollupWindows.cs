using System.Reactive.Linq;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// <c>rollup</c> for one partition of the exchange: keeps, per window, the newest slot of each part that may still change and the sum of the
/// others, and emits at each cut what changed.
/// </summary>
/// <remarks>
/// A window's version is made of its parts' as a part's is of its slots', so it grows with every change. What ends at or before
/// <see cref="RecordBatch.Settled"/> does not come again: parts are added up for good then, and windows forgotten.
/// </remarks>
internal sealed class RollupWindows : IOperator
{
    private readonly OperatorContext _context;
    private readonly RollupColumns _columns;
    private readonly MergedStore _store;
    private readonly WindowTables _tables;
    private readonly WindowEmitter _emitter;
    private readonly Func<int, int, bool> _isSettled;
    private readonly StateWriter _value = new();
    private readonly long _size;
    private readonly long _part;
    private long _watermark = long.MinValue;
    private long _settled = long.MinValue;
    private long _folded = long.MinValue;
    private long _stored = long.MinValue;
    private long _firstPartEnd = long.MaxValue;
    private long _refused;

    public RollupWindows(OperatorContext context)
    {
        _context = context;
        _columns = new RollupColumns(context);
        _size = (long)context.Options.Get(RollupDefinition.To).TotalMilliseconds;
        _part = (long)context.Schema.Windows!.Length.TotalMilliseconds;
        _store = new MergedStore(start => start + _size) { PartsAreSources = false };
        _isSettled = (window, part) => EndOf(window, part) <= _settled;
        _tables = new WindowTables(context, ("parts", null), "windows", _store, () => Restored());
        _emitter = new WindowEmitter(context, _store, _tables, (long)context.Options.Get(RollupDefinition.Early).TotalMilliseconds);
        context.Task.Keep(new CodedTable(context.OperatorId, "time", 1, WriteTime, ReadTime, Restored));
        context.Task.OnCut(Cut);
    }

    /// <summary>Slots in memory.</summary>
    public int SlotCount => _store.Slots.Count;

    /// <summary>Channels in memory.</summary>
    public int ChannelCount => _store.Texts[1].Count;

    /// <inheritdoc/>
    public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => Observable.Create<RecordBatch>(observer =>
    {
        _emitter.Observer = observer;
        return source.Subscribe(Process, observer.OnError, observer.OnCompleted);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Process(RecordBatch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            var start = batch.Int64(_columns.Start)[row];
            if (Floor(start, _part) == start)
            {
                Take(batch, row, start);
            }

            batch.Origin.Mark(batch.Records[row], RecordFate.Counted);
        }

        _watermark = Math.Max(_watermark, batch.Watermark);
        _settled = Math.Max(_settled, batch.Settled);
    }

    private void Take(RecordBatch batch, int row, long start)
    {
        if (start + _part <= _folded)
        {
            _refused++;
            return;
        }

        var window = Floor(start, _size);
        var key = new SlotKey(window, Code(batch, _columns.Brand, 0, row), Code(batch, _columns.Channel, 1, row), Code(batch, _columns.Language, 2, row));
        var part = (int)((start - window) / _part) + 1;
        try
        {
            if (_store.Put(key, part, batch.Int64(_columns.Version)[row] >> 1, batch.Utf8(_columns.Slot)[row], out var position, out var slot) == PutResult.Taken)
            {
                _tables.SlotChanged(slot);
                _emitter.Note(position);
                _firstPartEnd = Math.Min(_firstPartEnd, start + _part);
            }
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"Operator '{_context.OperatorId}': a window cannot be read: {error.Message}.", error);
        }
    }

    private int Code(RecordBatch batch, int column, int group, int row)
    {
        var values = batch.Dictionary(column);
        return _store.Texts.Code(group, values.Text(row), values[row] < 0);
    }

    private void Cut()
    {
        _emitter.Cut(_watermark, Math.Max(_watermark, _settled), _settled, _settled);
        if (_firstPartEnd <= _settled)
        {
            Fold();
        }

        _folded = _settled;
        _store.ForgetTexts();
        if (_refused > 0)
        {
            _context.Logger.LogWarning("Operator {Operator}: {Count} windows came that were settled already; they are not counted", _context.OperatorId, _refused);
            _refused = 0;
        }
    }

    /// <summary>Adds the parts up that cannot change any more.</summary>
    private void Fold()
    {
        _firstPartEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            if (!_store[window].Live)
            {
                continue;
            }

            if (_store.Fold(window, _isSettled) is >= 0 and var sum)
            {
                _tables.SlotChanged(sum);
            }

            NoteParts(window);
        }
    }

    private void NoteParts(int window)
    {
        for (var slot = _store[window].FirstSlot; slot >= 0; slot = _store.Slots[slot].Next)
        {
            if (_store.Slots[slot].Part != MergedStore.SettledPart)
            {
                _firstPartEnd = Math.Min(_firstPartEnd, EndOf(window, _store.Slots[slot].Part));
            }
        }
    }

    private long EndOf(int window, int part) => _store[window].Key.Start + (part * _part);

    private static long Floor(long time, long size)
    {
        var into = time % size;
        return time - (into < 0 ? into + size : into);
    }

    private void Restored()
    {
        _emitter.Restored();
        _firstPartEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            if (_store[window].Live)
            {
                NoteParts(window);
            }
        }
    }

    private void WriteTime(IStateChanges changes)
    {
        if (!_emitter.Changed && _settled == _stored)
        {
            return;
        }

        _value.Clear();
        _value.WriteCount(_size);
        _value.WriteCount(_part);
        _value.WriteSigned(_settled);
        _emitter.Write(_value);
        _stored = _settled;
        changes.Put("time"u8, _value.Written);
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!key.SequenceEqual("time"u8))
        {
            throw new FormatException("its key is unknown");
        }

        var reader = new StateReader(value);
        var (size, part) = (reader.ReadDuration(), reader.ReadDuration());
        if (size.TotalMilliseconds != _size || part.TotalMilliseconds != _part)
        {
            throw new StateException(
                $"Operator '{_context.OperatorId}': its state was made with windows of {Durations.Format(part)} rolled up to {Durations.Format(size)}, the graph now has {Durations.Format(_context.Schema.Windows!.Length)} to {Durations.Format(_context.Options.Get(RollupDefinition.To))}. Give the operator another id to start it afresh, or keep its options.");
        }

        _settled = _folded = _stored = reader.ReadSigned();
        _emitter.Read(ref reader);
        _watermark = _emitter.Watermark;
        reader.End();
    }

    /// <summary>Where the columns are.</summary>
    private sealed class RollupColumns(OperatorContext context)
    {
        public int Start { get; } = context.Column("window_start");

        public int Brand { get; } = context.Column("brand");

        public int Channel { get; } = context.Column("channel");

        public int Language { get; } = context.Column("language");

        public int Version { get; } = context.Column("version");

        public int Slot { get; } = context.Column("slot");
    }
}
