using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// Decides at each cut which windows of a <see cref="MergedStore"/> are emitted: open ones that changed, as often as <c>early</c> says;
/// those whose end was passed, as final; corrected ones at once. Then it forgets those that nothing can change any more.
/// </summary>
internal sealed class WindowEmitter
{
    private readonly OperatorContext _context;
    private readonly MergedStore _store;
    private readonly WindowTables _tables;
    private readonly WindowSender _sender;
    private readonly long _early;
    private readonly List<int> _unsent = [];
    private readonly List<int> _emitting = [];
    private readonly Comparison<int> _byKey;
    private (long EmittedAt, long Watermark) _now = (long.MinValue, long.MinValue);
    private (long EmittedAt, long Watermark) _stored = (long.MinValue, long.MinValue);
    private long _closed = long.MinValue;
    private long _firstOpenEnd = long.MaxValue;
    private long _firstEnd = long.MaxValue;

    /// <param name="context">The operator.</param>
    /// <param name="store">The windows.</param>
    /// <param name="tables">Their state.</param>
    /// <param name="early">How often open windows are emitted, in ms of the clock.</param>
    public WindowEmitter(OperatorContext context, MergedStore store, WindowTables tables, long early)
    {
        (_context, _store, _tables, _early) = (context, store, tables, early);
        _sender = new WindowSender(context, store);
        _byKey = (a, b) => _store.Texts.Compare(_store[a].Key, _store[b].Key);
        if (store is SessionStore sessions)
        {
            sessions.Retracted = Note;
        }
    }

    /// <summary>Who gets the rows.</summary>
    public IObserver<RecordBatch>? Observer
    {
        set => _sender.Observer = value;
    }

    /// <summary>The watermark that was last emitted.</summary>
    public long Watermark => _now.Watermark;

    /// <summary>Whether what <see cref="Write"/> writes changed since.</summary>
    public bool Changed => _now != _stored;

    /// <summary>Notes that a window may have changed.</summary>
    public void Note(int window)
    {
        ref var entry = ref _store[window];
        _firstEnd = Math.Min(_firstEnd, entry.End);
        if (!entry.IsFinal || (!entry.IsCurrent && entry.End > _closed))
        {
            _firstOpenEnd = Math.Min(_firstOpenEnd, entry.End);
        }

        if (!entry.Unsent && !entry.IsCurrent)
        {
            entry.Unsent = true;
            _unsent.Add(window);
        }
    }

    /// <summary>Works out what was pending. Called when a table has been restored; only the last of these calls sees all of them.</summary>
    public void Restored()
    {
        _unsent.Clear();
        _firstEnd = _firstOpenEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            _store[window].Unsent = false;
            if (_store[window].FirstSlot >= 0 || _store[window].IsRetracted)
            {
                Note(window);
            }
        }
    }

    /// <summary>Emits what is due, and forgets what is settled.</summary>
    /// <param name="watermark">How far everything is complete.</param>
    /// <param name="closed">Windows that end by then are final.</param>
    /// <param name="settled">Up to when nothing changes any more.</param>
    /// <param name="forget">Windows that end by then are forgotten.</param>
    public void Cut(long watermark, long closed, long settled, long forget)
    {
        _closed = closed;
        ChooseWindows();
        _emitting.Sort(_byKey);
        _sender.Send(_emitting, closed, _now.Watermark, watermark, settled);
        _now.Watermark = watermark;
        foreach (var window in _emitting)
        {
            if (_store[window].FirstSlot < 0)
            {
                _store.Remove(window);
            }
            else
            {
                _tables.WindowChanged(window);
            }
        }

        _store.ForgottenThrough = forget;
        if (_firstEnd <= forget)
        {
            Forget(forget);
        }
    }

    /// <summary>Writes when open windows were last emitted, and the watermark last emitted.</summary>
    public void Write(StateWriter writer)
    {
        writer.WriteSigned(_now.EmittedAt);
        writer.WriteSigned(_now.Watermark);
        _stored = _now;
    }

    public void Read(ref StateReader reader)
    {
        _now = (reader.ReadSigned(), reader.ReadSigned());
        _stored = _now;
    }

    /// <summary>Puts into the list those windows that changed, and those that have become final; open ones only when their time has come.</summary>
    private void ChooseWindows()
    {
        _emitting.Clear();
        var now = _context.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // A clock that was set back, or another machine's, must not keep anything back.
        var early = _now.EmittedAt == long.MinValue || now < _now.EmittedAt || now - _now.EmittedAt >= _early;
        var kept = 0;
        for (var i = 0; i < _unsent.Count; i++)
        {
            var window = _unsent[i];
            if (!_store[window].Unsent)
            {
                continue; // part of another by now
            }

            // A row is taken back together with the news of the session that has its posts.
            var holder = _store.HolderOf(window);
            if (early || holder < 0 || _store[holder].IsFinal || _store[holder].End <= _closed)
            {
                _store[window].Unsent = false;
                _emitting.Add(window);
            }
            else
            {
                _unsent[kept++] = window;
            }
        }

        if (early && _unsent.Count > 0)
        {
            _now.EmittedAt = now;
        }

        _unsent.RemoveRange(kept, _unsent.Count - kept);
        if (_firstOpenEnd <= _closed)
        {
            ChooseClosed();
        }
    }

    /// <summary>Adds the windows whose end has been passed and that have not been emitted as final. Those that changed are in the list already.</summary>
    private void ChooseClosed()
    {
        _firstOpenEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            ref var entry = ref _store[window];
            if (!entry.Live || entry.FirstSlot < 0 || (entry.IsFinal && entry.IsCurrent))
            {
                continue;
            }

            if (entry.End > _closed)
            {
                _firstOpenEnd = Math.Min(_firstOpenEnd, entry.End);
            }
            else if (entry.IsCurrent)
            {
                _emitting.Add(window);
            }
        }
    }

    private void Forget(long through)
    {
        _firstEnd = long.MaxValue;
        for (var window = 0; window < _store.End; window++)
        {
            ref var entry = ref _store[window];
            if (!entry.Live || entry.FirstSlot < 0)
            {
                continue;
            }

            if (entry.End > through)
            {
                _firstEnd = Math.Min(_firstEnd, entry.End);
            }
            else
            {
                _store.Remove(window);
            }
        }
    }
}
