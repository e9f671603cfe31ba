using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Emits windows as rows. The new watermark goes with the last batch.</summary>
internal sealed class WindowSender
{
    private const int MaxRows = 2048;

    private readonly OperatorContext _context;
    private readonly WindowSettings _settings;
    private readonly MergedStore _store;
    private readonly RecordBatch _batch;
    private readonly StateWriter _evidence = new();
    private readonly int _sum;

    public WindowSender(OperatorContext context, WindowSettings settings, MergedStore store)
    {
        (_context, _settings, _store) = (context, settings, store);
        _sum = store.Slots.Add(default);
        _batch = new RecordBatch(context.OutputSchema, MaxRows);
        _batch.Dictionary(WindowColumns.Brand).Dictionary = store.Texts[0];
        _batch.Dictionary(WindowColumns.Channel).Dictionary = store.Texts[1];
        _batch.Dictionary(WindowColumns.Language).Dictionary = store.Texts[2];
    }

    public IObserver<RecordBatch>? Observer { get; set; }

    /// <summary>Emits the windows, those that end by <paramref name="closed"/> as final; a new watermark also without any.</summary>
    public void Send(List<int> windows, long closed, long sentWatermark, long watermark)
    {
        Begin(sentWatermark);
        foreach (var window in windows)
        {
            if (_batch.RowCount == MaxRows)
            {
                Observer?.OnNext(_batch);
                Begin(sentWatermark);
            }

            Append(window, closed);
        }

        if (windows.Count > 0 || watermark != sentWatermark)
        {
            _batch.Watermark = watermark;
            Observer?.OnNext(_batch);
        }
    }

    private void Begin(long watermark)
    {
        _batch.Clear();
        _batch.Origin.Source = _context.OperatorId;
        _batch.Origin.Partition = _context.Partition;
        _batch.Watermark = watermark;
    }

    private void Append(int window, long closed)
    {
        _store.Sum(window, _sum);
        ref var entry = ref _store[window];
        ref var sum = ref _store.Slots[_sum];
        var end = entry.Key.Start + _settings.Size;
        var final = end <= closed || entry.IsFinal;
        entry.Emitted = (entry.VersionSum << 1) | (final ? 1L : 0L);

        var row = _batch.AppendRecord(_batch.RowCount);
        _batch.Origin.EventTimes[row] = entry.Key.Start;
        _batch.Int64(WindowColumns.Start)[row] = entry.Key.Start;
        _batch.Int64(WindowColumns.End)[row] = end;
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
        _batch.Int64(WindowColumns.FirstEvent)[row] = sum.FirstEvent;
        _batch.Int64(WindowColumns.LastEvent)[row] = sum.LastEvent;
        _batch.Int32(WindowColumns.IsFinal)[row] = final ? 1 : 0;
        _batch.Int64(WindowColumns.Version)[row] = entry.Emitted;
        _batch.Int64(WindowColumns.Scored)[row] = sum.Scored;
        _batch.Int64(WindowColumns.ScoreSum)[row] = sum.ScoreSum;
        _evidence.Clear();
        _store.WriteSources(window, _evidence);
        _store.Slots.Samples.Write(sum.Samples, _evidence);
        _batch.Utf8(WindowColumns.Evidence).Set(row, _evidence.Written);
    }
}
