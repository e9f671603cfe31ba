using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>Emits windows as rows. The new watermark goes with the last batch.</summary>
internal sealed class WindowSender
{
    private const int MaxRows = 2048;
    private const int MaxBytes = 1 << 20;

    private readonly OperatorContext _context;
    private readonly MergedStore _store;
    private readonly RecordBatch _batch;
    private readonly StateWriter _encoded = new();
    private readonly List<(int Partition, long Version)> _sources = [];
    private readonly int _sum;
    private readonly bool _tellsEvidence;
    private readonly bool _tellsSlot;
    private long _settled = long.MinValue;

    public WindowSender(OperatorContext context, MergedStore store)
    {
        (_context, _store) = (context, store);
        _sum = store.Slots.Add(new SlotKey(0, -1, -1, -1));
        (_tellsEvidence, _tellsSlot) = (context.IsRead("evidence"), context.IsRead("slot"));
        _batch = new RecordBatch(context.OutputSchema, MaxRows);
    }

    public IObserver<RecordBatch>? Observer { get; set; }

    /// <summary>Emits the windows, those that end by <paramref name="closed"/> as final; new times also without any.</summary>
    public void Send(List<int> windows, long closed, long sentWatermark, long watermark, long settled)
    {
        Begin(sentWatermark);
        foreach (var window in windows)
        {
            if (_batch.RowCount == MaxRows || _batch.Arena.Length >= MaxBytes)
            {
                Observer?.OnNext(_batch);
                Begin(sentWatermark);
            }

            Append(window, closed);
        }

        if (windows.Count > 0 || watermark != sentWatermark || settled != _settled)
        {
            (_batch.Watermark, _batch.Settled) = (watermark, settled);
            Observer?.OnNext(_batch);
        }

        _settled = settled;
    }

    private void Begin(long watermark)
    {
        _batch.Clear();
        _batch.Origin.Source = _context.OperatorId;
        _batch.Origin.Partition = _context.Partition;
        _batch.Watermark = watermark;
        _batch.Dictionary(WindowColumns.Brand).Dictionary = _store.Texts[0];
        _batch.Dictionary(WindowColumns.Channel).Dictionary = _store.Texts[1];
        _batch.Dictionary(WindowColumns.Language).Dictionary = _store.Texts[2];
    }

    private void Append(int window, long closed)
    {
        var isRetracted = _store[window].IsRetracted;
        _store.Sum(window, _sum, withSamples: _tellsEvidence || _tellsSlot);
        SetVersion(window, closed);
        ref var entry = ref _store[window];
        ref var sum = ref _store.Slots[_sum];
        var row = _batch.AppendRecord(_batch.RowCount);
        _batch.Origin.EventTimes[row] = entry.Key.Start;
        _batch.Int64(WindowColumns.Start)[row] = entry.Key.Start;
        _batch.Int64(WindowColumns.End)[row] = entry.End;
        _batch.Dictionary(WindowColumns.Brand)[row] = entry.Key.Brand;
        _batch.Dictionary(WindowColumns.Channel)[row] = entry.Key.Channel;
        _batch.Dictionary(WindowColumns.Language)[row] = entry.Key.Language;
        _batch.Int64(WindowColumns.Posts)[row] = sum.Posts;
        _batch.Int64(WindowColumns.Negative)[row] = sum.Negative;
        _batch.Int64(WindowColumns.Neutral)[row] = sum.Neutral;
        _batch.Int64(WindowColumns.Positive)[row] = sum.Positive;
        _batch.Float64(WindowColumns.MeanScore)[row] = sum.Scored == 0 ? double.NaN : sum.ScoreSum / MentionReader.ScoreUnit / sum.Scored;
        _batch.Int64(WindowColumns.Reach)[row] = sum.Reach;
        _batch.Int64(WindowColumns.Authors)[row] = _store.Slots.Authors.Count(sum.Authors);
        _batch.Int64(WindowColumns.Late)[row] = sum.Late;
        _batch.Int64(WindowColumns.FirstEvent)[row] = isRetracted ? long.MinValue : sum.FirstEvent;
        _batch.Int64(WindowColumns.LastEvent)[row] = sum.LastEvent;
        _batch.Int32(WindowColumns.IsFinal)[row] = entry.IsFinal ? 1 : 0;
        _batch.Int64(WindowColumns.Version)[row] = entry.Emitted;
        _batch.Int64(WindowColumns.Scored)[row] = sum.Scored;
        _batch.Int64(WindowColumns.ScoreSum)[row] = sum.ScoreSum;
        AppendEncoded(window, row, sum.Samples);
    }

    /// <summary>Fills those of the encoded columns that somebody reads.</summary>
    private void AppendEncoded(int window, int row, in SlotSamples samples)
    {
        var (evidence, slot) = (_batch.Utf8(WindowColumns.Evidence), _batch.Utf8(WindowColumns.Slot));
        evidence.SetAbsent(row);
        slot.SetAbsent(row);
        if (_tellsEvidence)
        {
            WriteEvidence(window, samples);
            evidence.Set(row, _encoded.Written);
        }

        if (_tellsSlot)
        {
            _encoded.Clear();
            _store.Slots.Write(_sum, _encoded);
            slot.Set(row, _encoded.Written);
        }
    }

    /// <summary>Sets the version that is emitted now.</summary>
    private void SetVersion(int window, long closed)
    {
        ref var entry = ref _store[window];
        if (entry.IsRetracted)
        {
            // The session that has its posts now has more of them than it ever had: a version higher than all before.
            var holder = _store.HolderOf(window);
            (entry.Revision, entry.End) = holder < 0 ? ((entry.Emitted >> 1) + 1, entry.End) : (_store[holder].Revision, _store[holder].End);
        }

        var final = entry.End <= closed || (entry.IsFinal && !_store.BoundsMove);
        entry.Emitted = (entry.Revision << 1) | (final ? 1L : 0L);
    }

    /// <summary>What <see cref="EvidenceReader"/> reads.</summary>
    private void WriteEvidence(int window, in SlotSamples samples)
    {
        _store.Sources(window, _sources);
        _encoded.Clear();
        _encoded.WriteCount(_sources.Count);
        foreach (var (partition, version) in _sources)
        {
            _encoded.WriteCount(partition);
            _encoded.WriteCount(version);
        }

        _store.Slots.Samples.Write(samples, _encoded);
    }
}
