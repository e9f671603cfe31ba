using System.Globalization;
using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Alerts;

/// <summary>Windows of a minute of many brands, as <c>window</c> emits them: first open and half full, then final.</summary>
internal sealed class MinuteWindows
{
    private const long MinuteMs = 60_000;
    private const int Hot = 100;

    private readonly RecordBatch _batch = new(WindowColumns.Output);
    private readonly Utf8Dictionary _brands = new();
    private readonly Utf8Dictionary _none = new();
    private readonly Random _random = new(1);
    private readonly int _count;
    private readonly long _start;

    public MinuteWindows(int brands, long start)
    {
        (_count, _start) = (brands, start);
        for (var brand = 0; brand < brands; brand++)
        {
            _brands.GetOrAdd(string.Create(CultureInfo.InvariantCulture, $"brand {brand}"));
        }
    }

    /// <summary>The batches of a minute. Each is valid until the next.</summary>
    public IEnumerable<RecordBatch> Of(int minute)
    {
        foreach (var final in (bool[])[false, true])
        {
            for (var first = 0; first < _count; first += RecordBatch.DefaultCapacity)
            {
                var last = Math.Min(_count, first + RecordBatch.DefaultCapacity);
                Fill(minute, first, last, final);
                _batch.Watermark = _start + (minute * MinuteMs) + (final && last == _count ? MinuteMs : 0);
                yield return _batch;
            }
        }
    }

    private void Fill(int minute, int first, int last, bool final)
    {
        _batch.Clear();
        foreach (var column in (int[])[WindowColumns.Brand, WindowColumns.Channel, WindowColumns.Language])
        {
            _batch.Dictionary(column).Dictionary = column == WindowColumns.Brand ? _brands : _none;
        }

        for (var brand = first; brand < last; brand++)
        {
            var row = _batch.AppendRecord(brand);
            var posts = 1 + _random.Next(brand < Hot ? 500 : 4);
            var start = _start + (minute * MinuteMs);
            _batch.Int64(WindowColumns.Start)[row] = start;
            _batch.Int64(WindowColumns.End)[row] = start + MinuteMs;
            _batch.Dictionary(WindowColumns.Brand)[row] = brand;
            _batch.Dictionary(WindowColumns.Channel)[row] = -1;
            _batch.Dictionary(WindowColumns.Language)[row] = -1;
            _batch.Int64(WindowColumns.Posts)[row] = final ? posts : (posts + 1) / 2;
            _batch.Int64(WindowColumns.Negative)[row] = final ? (posts + 1) / 3 : posts / 4;
            _batch.Int64(WindowColumns.Positive)[row] = posts / 4;
            _batch.Int64(WindowColumns.FirstEvent)[row] = start;
            _batch.Int64(WindowColumns.LastEvent)[row] = start + 50_000;
            _batch.Int64(WindowColumns.Version)[row] = (2 * minute) + (final ? 2 : 1);
            _batch.Utf8(WindowColumns.Evidence).Set(row, []);
            _batch.Utf8(WindowColumns.Slot).SetAbsent(row);
        }
    }
}
