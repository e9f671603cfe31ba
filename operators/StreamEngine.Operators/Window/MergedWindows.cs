using System.Reactive.Linq;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>
/// The second phase of <c>window</c>, for one partition of the exchange: keeps the newest slot of each source partition, adds them up, and
/// emits, at each cut, the windows that changed.
/// </summary>
/// <remarks>
/// A window is emitted as final when window_end ≤ watermark, and once so stays so. It is forgotten when window_end ≤
/// <see cref="MergeClock.PurgedThrough"/>; slots that come for it later are refused, counted and logged, since a sum without the forgotten
/// ones would be wrong.
/// </remarks>
internal sealed class MergedWindows : IOperator
{
    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MergedStore _store = new();
    private readonly MergeClock _clock = new();
    private readonly MergeTables _tables;
    private readonly WindowSender _sender;
    private readonly List<int> _unsent = [];
    private readonly List<int> _emitting = [];
    private readonly Comparison<int> _byKey;
    private long _firstOpenEnd = long.MaxValue;
    private long _firstEnd = long.MaxValue;
    private long _refusedAtLastCut;

    public MergedWindows(OperatorContext context)
    {
        _context = context;
        _settings = new WindowSettings(context.Options);
        _tables = new MergeTables(context, _settings, _store, _clock, Restored);
        _sender = new WindowSender(context, _settings, _store);
        _byKey = (a, b) => _store.Texts.Compare(_store[a].Key, _store[b].Key);
        context.Task.OnCut(Cut);
    }

    /// <summary>Slots that came for windows already forgotten, since the start of the task.</summary>
    public long RefusedSlots { get; private set; }

    /// <summary>Windows in memory.</summary>
    public int WindowCount => _store.Count;

    /// <inheritdoc/>
    public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => Observable.Create<RecordBatch>(observer =>
    {
        _sender.Observer = observer;
        return source.Subscribe(Process, observer.OnError, observer.OnCompleted);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Process(RecordBatch batch)
    {
        var partition = batch.Origin.Partition;
        var starts = batch.Int64(WindowColumns.ExchangeStart).Values;
        var versions = batch.Int64(WindowColumns.ExchangeVersion).Values;
        var slots = batch.Utf8(WindowColumns.ExchangeSlot);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (starts[row] + _settings.Size <= _clock.PurgedThrough)
            {
                RefusedSlots++;
                continue;
            }

            var key = new SlotKey(
                starts[row],
                Code(batch, WindowColumns.ExchangeBrand, 0, row),
                Code(batch, WindowColumns.ExchangeChannel, 1, row),
                Code(batch, WindowColumns.ExchangeLanguage, 2, row));
            Take(key, partition, versions[row], slots[row]);
            batch.Origin.Mark(batch.Records[row], RecordFate.Counted);
        }

        _clock.Hear(partition, batch.SourcePartitionCount, batch.Watermark, batch.SourceIdle);
    }

    private int Code(RecordBatch batch, int column, int group, int row)
    {
        var values = batch.Dictionary(column);
        return _store.Texts.Code(group, values.Text(row), values[row] < 0);
    }

    private void Take(in SlotKey key, int partition, long version, ReadOnlySpan<byte> encoded)
    {
        var window = _store.FindOrAdd(key);
        try
        {
            if (!_store.Put(window, partition, version, encoded, out var slot))
            {
                return;
            }

            _tables.SlotChanged(slot);
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"Operator '{_context.OperatorId}': a slot from source partition {partition} cannot be read: {error.Message}.", error);
        }

        NoteOpen(window);
    }

    private void NoteOpen(int window)
    {
        ref var entry = ref _store[window];
        var end = entry.Key.Start + _settings.Size;
        _firstEnd = Math.Min(_firstEnd, end);
        _firstOpenEnd = entry.IsFinal ? _firstOpenEnd : Math.Min(_firstOpenEnd, end);
        if (!entry.Unsent && !entry.IsCurrent)
        {
            entry.Unsent = true;
            _unsent.Add(window);
        }
    }

    /// <summary>Works out what was pending. Called when a table has been restored; only the last of these calls sees all of them.</summary>
    private void Restored()
    {
        _unsent.Clear();
        _firstEnd = _firstOpenEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            _store[window].Unsent = false;
            if (_store[window].FirstSlot >= 0)
            {
                NoteOpen(window);
            }
        }
    }

    private void Cut()
    {
        var watermark = _clock.Watermark();
        _clock.Purge(_settings.Lateness, _settings.Retain);
        var closed = Math.Max(watermark, _clock.PurgedThrough);
        ChooseWindows(closed);
        _emitting.Sort(_byKey);
        _sender.Send(_emitting, closed, _tables.SentWatermark, watermark);
        _tables.SentWatermark = watermark;
        foreach (var window in _emitting)
        {
            _tables.WindowChanged(window);
        }

        if (_firstEnd <= _clock.PurgedThrough)
        {
            ForgetPurged();
        }

        if (RefusedSlots > _refusedAtLastCut)
        {
            _context.Logger.LogWarning("Operator {Operator}: {Count} slots came for windows that ended before {Purged:O} and are forgotten (option 'retain'); they are not counted", _context.OperatorId, RefusedSlots - _refusedAtLastCut, DateTimeOffset.FromUnixTimeMilliseconds(_clock.PurgedThrough));
            _refusedAtLastCut = RefusedSlots;
        }
    }

    /// <summary>Puts into the list those windows that changed, and those that have become final; open ones only when their time has come.</summary>
    private void ChooseWindows(long closed)
    {
        _emitting.Clear();
        var now = _context.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var early = _tables.EmittedAt == long.MinValue || now - _tables.EmittedAt >= _settings.Early;
        var kept = 0;
        for (var i = 0; i < _unsent.Count; i++)
        {
            var window = _unsent[i];
            ref var entry = ref _store[window];
            if (entry.IsFinal || entry.Key.Start + _settings.Size <= closed || early)
            {
                entry.Unsent = false;
                _emitting.Add(window);
            }
            else
            {
                _unsent[kept++] = window;
            }
        }

        if (early && _unsent.Count > 0)
        {
            _tables.EmittedAt = now;
        }

        _unsent.RemoveRange(kept, _unsent.Count - kept);
        if (_firstOpenEnd <= closed)
        {
            ChooseClosed(closed);
        }
    }

    /// <summary>Adds the windows whose end has been passed and that have not been emitted as final. Those that changed are in the list already.</summary>
    private void ChooseClosed(long closed)
    {
        _firstOpenEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            ref var entry = ref _store[window];
            if (!entry.Live || entry.IsFinal || entry.FirstSlot < 0)
            {
                continue;
            }

            var end = entry.Key.Start + _settings.Size;
            if (end > closed)
            {
                _firstOpenEnd = Math.Min(_firstOpenEnd, end);
            }
            else if (entry.IsCurrent)
            {
                _emitting.Add(window);
            }
        }
    }

    private void ForgetPurged()
    {
        _firstEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            if (!_store[window].Live)
            {
                continue;
            }

            var end = _store[window].Key.Start + _settings.Size;
            if (end > _clock.PurgedThrough)
            {
                _firstEnd = Math.Min(_firstEnd, end);
                continue;
            }

            _tables.Forget(window);
            _store.Remove(window);
        }
    }
}
