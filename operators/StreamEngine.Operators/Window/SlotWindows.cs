using System.Reactive.Linq;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>
/// The first phase of <c>window</c>, for one source partition: counts mentions into slots and emits, at each cut, the slots that changed.
/// </summary>
/// <remarks>
/// What a mention meets depends on the records before it alone, never on batches: the watermark before record i is the greatest event time
/// among the records below i, less max_disorder. A slot whose window_end + lateness ≤ watermark cannot change any more and is forgotten
/// once it has been emitted. Of sessions, a post's own window is what counts: from its second on for as long as the gap.
/// </remarks>
internal sealed class SlotWindows : IOperator
{
    /// <summary>Rows whose slots are looked up together.</summary>
    private const int Chunk = 32;

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MentionReader _mentions;
    private readonly KeyTexts _texts = new();
    private readonly SlotStore _slots = new();
    private readonly SlotIndex _index = new();
    private readonly SlotTables _tables;
    private readonly SessionSlots? _sessions;
    private readonly SlotSender _sender;
    private readonly List<int> _unsent = new(1024);
    private readonly HashSet<int> _late = [];
    private readonly Ahead[] _ahead = new Ahead[Chunk];
    private long[] _maxBefore = new long[RecordBatch.DefaultCapacity];
    private long _firstEnd = long.MaxValue;
    private long _lastStart;
    private bool _hasSpoken;

    public SlotWindows(OperatorContext context)
    {
        _context = context;
        _settings = new WindowSettings(context.Options);
        _mentions = new MentionReader(context, _settings, _texts);
        _tables = new SlotTables(context, _settings, _texts, _slots, Restore, Restored);
        _sessions = _settings.IsSession ? new SessionSlots(_settings.Size, _slots, _index, _tables) : null;
        _sender = new SlotSender(context, _texts, _slots, alwaysWhole: _settings.IsSession);
        context.Task.OnCut(Cut);
    }

    /// <summary>Slots in memory.</summary>
    public int SlotCount => _slots.Count;

    /// <summary>Channels in memory.</summary>
    public int ChannelCount => _texts[1].Count;

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
        var latest = _context.Time.GetUtcNow().ToUnixTimeMilliseconds() + _settings.MaxFuture;
        FollowTime(batch.Origin, latest);
        _hasSpoken = true;
        _late.Clear();
        _mentions.Open(batch);
        for (var from = 0; from < batch.RowCount; from += Chunk)
        {
            var to = Math.Min(from + Chunk, batch.RowCount);
            LookAhead(from, to);
            for (var row = from; row < to; row++)
            {
                var time = _mentions.Time(row);
                if (time < PostTime.Earliest || time > latest)
                {
                    Refuse(batch, row, time == long.MinValue ? "the post has no event time" : time < PostTime.Earliest ? "the post is dated before the year 1" : "the post is dated too far in the future (option 'max_future')");
                    continue;
                }

                if (_ahead[row - from].Key.IsTooLong)
                {
                    Refuse(batch, row, $"the post's channel, language or brand is longer than {MentionReader.MostKeyBytes} bytes");
                    continue;
                }

                Count(batch, row, time, _ahead[row - from]);
            }
        }
    }

    /// <summary>
    /// Finds the slots of the next rows and asks for their memory, one step for all rows after another: slots lie all over memory, and
    /// so the waits for them overlap.
    /// </summary>
    private void LookAhead(int from, int to)
    {
        var ahead = _ahead.AsSpan(0, to - from);
        for (var i = 0; i < ahead.Length; i++)
        {
            ahead[i].Key = _mentions.Key(from + i) with { Start = _sessions is null ? LastStart(_mentions.Time(from + i)) : 0 };
            ahead[i].Author = _mentions.Author(from + i);
            _index.Expect(ahead[i].Key);
        }

        foreach (ref var mention in ahead)
        {
            mention.Position = _index.Find(mention.Key);
            if (mention.Position >= 0)
            {
                _slots.Expect(mention.Position);
            }
        }

        foreach (ref var mention in ahead)
        {
            if (mention.Position >= 0)
            {
                _slots.Authors.Expect(_slots[mention.Position].Authors, mention.Author);
            }
        }
    }

    /// <summary>Notes, for each record, the greatest event time among the records before it.</summary>
    private void FollowTime(RecordOrigin origin, long latest)
    {
        if (origin.Count > _maxBefore.Length)
        {
            Array.Resize(ref _maxBefore, Math.Max(origin.Count, _maxBefore.Length * 2));
        }

        var times = origin.EventTimes;
        var max = _tables.MaxEventTime;
        for (var i = 0; i < times.Length; i++)
        {
            _maxBefore[i] = max;
            if (times[i] > max && times[i] >= PostTime.Earliest && times[i] <= latest)
            {
                max = times[i];
            }
        }

        _tables.MaxEventTime = max;
    }

    private void Count(RecordBatch batch, int row, long time, in Ahead ahead)
    {
        if (ahead.Key.Brand < 0)
        {
            batch.Drop(row, RecordFate.Unmatched);
            return;
        }

        var record = batch.Records[row];
        var watermark = Watermark(_maxBefore[record]);
        var counted = _sessions is not null && CountInSession(batch, row, time, ahead, watermark);
        for (var start = ahead.Key.Start; _sessions is null && start > time - _settings.Size; start -= _settings.Slide)
        {
            var end = start + _settings.Size;
            if (IsOpen(end, watermark))
            {
                var position = start == ahead.Key.Start && ahead.Position >= 0 ? ahead.Position : FindOrOpen(ahead.Key with { Start = start });
                Add(position, row, time, ahead.Author, watermark >= end, batch.Origin.Offsets[record] + 1);
                counted = true;
            }
        }

        if (counted)
        {
            batch.Origin.Mark(record, RecordFate.Counted);
            return;
        }

        // Another window may have counted it: that this one does not is told all the same, once for all its mentions.
        if (_late.Add(record))
        {
            _context.Task.Late(batch, record, _context.OperatorId, time, watermark);
        }

        batch.Drop(row, RecordFate.Late);
    }

    private bool CountInSession(RecordBatch batch, int row, long time, in Ahead ahead, long watermark)
    {
        var end = SessionTime.Start(time) + _settings.Size;
        if (!IsOpen(end, watermark))
        {
            return false;
        }

        Add(_sessions!.Place(ahead.Key, time), row, time, ahead.Author, watermark >= end, batch.Origin.Offsets[batch.Records[row]] + 1);
        _firstEnd = Math.Min(_firstEnd, end);
        return true;
    }

    /// <summary>Whether a window that ends at a time still takes posts.</summary>
    private bool IsOpen(long end, long watermark) => watermark < end + _settings.Lateness && end > _tables.ClosedThrough;

    /// <summary>The start of the last window that holds <paramref name="time"/>; most posts are in the same one as the post before.</summary>
    private long LastStart(long time)
    {
        if ((ulong)(time - _lastStart) >= (ulong)_settings.Slide)
        {
            _lastStart = _settings.LastStart(time);
        }

        return _lastStart;
    }

    private void Add(int position, int row, long time, ulong author, bool late, long version)
    {
        ref var slot = ref _slots[position];
        slot.Posts++;
        var sentiment = _mentions.Sentiment(row);
        switch (sentiment)
        {
            case -1:
                slot.Negative++;
                break;
            case 0:
                slot.Neutral++;
                break;
            case 1:
                slot.Positive++;
                break;
        }

        if (_mentions.TryScore(row, out var score))
        {
            slot.Scored++;
            slot.ScoreSum += score;
        }

        slot.Reach += _mentions.Reach(row);
        slot.Late += late ? 1 : 0;
        slot.FirstEvent = Math.Min(slot.FirstEvent, time);
        slot.LastEvent = Math.Max(slot.LastEvent, time);
        slot.Version = Math.Max(slot.Version, version);
        if (author != 0)
        {
            _slots.Authors.Add(ref slot.Authors, author);
        }

        if (_mentions.HasSentiments ? sentiment == -1 : score < 0 || !_mentions.HasScores)
        {
            _slots.Samples.Offer(ref slot.Samples, _mentions.Sample(row, author, score));
        }

        if ((slot.Flags & SlotFlags.Unsent) == 0)
        {
            slot.Flags |= SlotFlags.Unsent;
            _unsent.Add(position);
        }
    }

    private int Open(in SlotKey key)
    {
        var position = _slots.Add(key);
        _index.Add(key, position);
        _firstEnd = Math.Min(_firstEnd, key.Start + _settings.Size);
        return position;
    }

    private void Refuse(RecordBatch batch, int row, string error)
    {
        if (batch.Origin.Fates[batch.Records[row]] < RecordFate.Dead)
        {
            _context.DeadLetter(batch, row, error);
        }
        else
        {
            batch.Drop(row, RecordFate.Dead);
        }
    }

    private void Cut()
    {
        var watermark = Watermark(_tables.MaxEventTime);
        var silence = _context.Task.Silence;
        ClearUnsent();
        // One that was idle, and has nothing to read since this task started, is so still.
        var idle = silence >= _settings.IdleAfter || (_tables.WasIdle && !_hasSpoken && silence > TimeSpan.Zero);
        _sender.Send(_unsent, _tables, watermark, idle, silence == TimeSpan.MaxValue);
        foreach (var position in _unsent)
        {
            _tables.Changed(position);
        }

        _unsent.Clear();
        if (watermark != long.MinValue)
        {
            _tables.ClosedThrough = Math.Max(_tables.ClosedThrough, watermark - _settings.Lateness);
        }

        if (_firstEnd <= _tables.ClosedThrough)
        {
            ForgetClosed();
        }

        if (_texts.AreMany)
        {
            _texts.BeginAnew();
            _slots.Renew(_texts);
            _index.Renew(_texts);
            _texts.Renewed();
        }
    }

    /// <summary>Leaves each slot in the list once that changed and is still there: sessions that were merged into others are not.</summary>
    private void ClearUnsent()
    {
        var kept = 0;
        for (var i = 0; i < _unsent.Count; i++)
        {
            ref var flags = ref _slots[_unsent[i]].Flags;
            if ((flags & SlotFlags.Unsent) != 0)
            {
                flags &= ~SlotFlags.Unsent;
                _unsent[kept++] = _unsent[i];
            }
        }

        _unsent.RemoveRange(kept, _unsent.Count - kept);
    }

    private void ForgetClosed()
    {
        _firstEnd = long.MaxValue;
        for (var position = 0; position < _slots.End; position++)
        {
            ref var slot = ref _slots[position];
            if ((slot.Flags & SlotFlags.Live) == 0)
            {
                continue;
            }

            var end = _settings.EndOf(slot);
            if (end > _tables.ClosedThrough)
            {
                _firstEnd = Math.Min(_firstEnd, end);
                continue;
            }

            _tables.Forget(position);
            if (_sessions is null)
            {
                _index.Remove(slot.Key);
            }
            else
            {
                _sessions.Remove(position);
            }

            _slots.Remove(position);
        }
    }

    /// <summary>A place for a slot of the state. Sessions are hung up when all are there.</summary>
    private int Restore(SlotKey key) => _sessions is null ? FindOrOpen(key) : _slots.Add(key);

    private void Restored()
    {
        if (_sessions is not null)
        {
            _sessions.Restore();
            _firstEnd = long.MinValue;
        }
    }

    private int FindOrOpen(SlotKey key) => _index.Find(key) is var position and >= 0 ? position : Open(key);

    private long Watermark(long maxEventTime) => maxEventTime == long.MinValue ? long.MinValue : maxEventTime - _settings.MaxDisorder;

    /// <summary>What is known of a row before it is counted.</summary>
    private struct Ahead
    {
        /// <summary>Its key in the last window that holds it.</summary>
        public SlotKey Key;

        /// <summary>Hash of its author; 0 where unknown.</summary>
        public ulong Author;

        /// <summary>Position of the key's slot; -1 where there is none yet.</summary>
        public int Position;
    }
}
