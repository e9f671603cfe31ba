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
/// A window is emitted as final when window_end ≤ watermark. It is forgotten when window_end ≤ <see cref="MergeClock.PurgedThrough"/>, a
/// session the gap later, since till then posts come that may go on from it; slots that come for it later are refused, counted and logged.
/// <para>
/// A partition's slot whose window_end + lateness ≤ that partition's watermark does not change any more. While others are behind, and much is
/// kept for them, such slots are added up: what is kept then grows with the windows, and not with the partitions that are done with them.
/// </para>
/// </remarks>
internal sealed class MergedWindows : IOperator
{
    /// <summary>So few slots are not worth adding up.</summary>
    private const int LeastToFold = 256;

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MergedStore _store;
    private readonly MergeClock _clock = new();
    private readonly WindowTables _tables;
    private readonly WindowEmitter _emitter;
    private readonly Func<int, int, bool> _isSettled;
    private int _foldAbove = LeastToFold;
    private long _refusedAtLastCut;

    public MergedWindows(OperatorContext context)
    {
        _context = context;
        _settings = new WindowSettings(context.Options);
        _store = _settings.IsSession ? new SessionStore(_settings.Size) : new MergedStore(start => start + _settings.Size);
        _tables = new WindowTables(context, ("merge_slots", _settings.IsSession ? null : "merge_samples"), "merge_windows", _store, () => _emitter!.Restored());
        _emitter = new WindowEmitter(context, _store, _tables, _settings.Early);
        _ = new MergeTimeTable(context, _settings, _clock, _emitter);
        _isSettled = (window, part) => IsSettled(_store[window].Key.Start, part - 1);
        context.Task.Count("refused_slots", () => RefusedSlots);
        context.Task.OnCut(Cut);
    }

    /// <summary>Slots that came for windows already forgotten, since the start of the task.</summary>
    public long RefusedSlots { get; private set; }

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

    private long ForgottenThrough => _clock.PurgedThrough == long.MinValue ? long.MinValue : _clock.PurgedThrough - (_settings.IsSession ? _settings.Size : 0);

    private void Process(RecordBatch batch)
    {
        _store.ForgottenThrough = ForgottenThrough;
        var partition = batch.Origin.Partition;
        var starts = batch.Int64(WindowColumns.ExchangeStart).Values;
        var versions = batch.Int64(WindowColumns.ExchangeVersion).Values;
        var slots = batch.Utf8(WindowColumns.ExchangeSlot);
        for (var row = 0; row < batch.RowCount; row++)
        {
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
        if (!_settings.IsSession && IsSettled(key.Start, partition))
        {
            return; // it comes once more: the partition had nothing to add
        }

        try
        {
            switch (_store.Put(key, partition + 1, version, encoded, out var window, out var slot))
            {
                case PutResult.Taken:
                    _tables.SlotChanged(slot);
                    _emitter.Note(window);
                    break;
                case PutResult.Forgotten:
                    RefusedSlots++;
                    break;
            }
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"Operator '{_context.OperatorId}': a slot from source partition {partition} cannot be read: {error.Message}.", error);
        }
    }

    /// <summary>Whether all that a partition has for a window is here.</summary>
    private bool IsSettled(long start, int partition) => start + _settings.Size + _settings.Lateness <= _clock[partition].Watermark;

    /// <summary>Adds slots up that cannot change any more, each time that there are twice as many as it left.</summary>
    private void Fold()
    {
        for (var window = 0; window < _store.End; window++)
        {
            if (_store[window].Live && _store.Fold(window, _isSettled) is >= 0 and var sum)
            {
                _tables.SlotChanged(sum);
            }
        }

        _foldAbove = Math.Max(LeastToFold, _store.Slots.Count * 2);
    }

    private void Cut()
    {
        var watermark = _clock.Watermark();
        _clock.Purge(_settings.Lateness, _settings.Retain, _context.Time.GetUtcNow().ToUnixTimeMilliseconds(), (long)_context.PartitionNewsDelay.TotalMilliseconds);
        _emitter.Cut(watermark, Math.Max(watermark, _clock.PurgedThrough), _clock.PurgedThrough, ForgottenThrough);
        if (_store.Slots.Count > _foldAbove && !_settings.IsSession)
        {
            Fold();
        }

        _store.ForgetTexts();
        if (RefusedSlots > _refusedAtLastCut)
        {
            _context.Logger.LogWarning("Operator {Operator}: {Count} slots came for windows that ended before {Purged:O} and are forgotten (option 'retain'); they are not counted", _context.OperatorId, RefusedSlots - _refusedAtLastCut, DateTimeOffset.FromUnixTimeMilliseconds(_clock.PurgedThrough));
            _refusedAtLastCut = RefusedSlots;
        }
    }
}
