using System.Globalization;
using System.Reactive.Linq;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// <c>spikes</c> for one partition of the exchange: keeps the open buckets of its brands, and at each cut looks at those that changed,
/// oldest first, then closes and learns those that the watermark has passed.
/// </summary>
internal sealed class SpikeWatch : IOperator
{
    /// <summary>How many grades more severe an incident must be than last told to be told again.</summary>
    private const int EscalateBy = 2;

    /// <summary>
    /// After so many hours without a window of any brand all is started afresh: what was usual is so no more, and what comes after a post
    /// that was dated decades back has nothing to do with it.
    /// </summary>
    private const int LongestSilence = 28 * 24;

    private static readonly Comparison<BrandSeries> _byBrand = (a, b) => string.CompareOrdinal(a.Brand, b.Brand);

    private readonly OperatorContext _context;
    private readonly SpikeSettings _settings;
    private readonly CountLaw _law;
    private readonly SpikeDetector _detector;
    private readonly SpikeTables _tables;
    private readonly EvidenceBook _evidence;
    private readonly List<BrandSeries> _active = [];
    private readonly List<BrandSeries> _touched = [];
    private readonly AlertDocument _document;
    private readonly RecordBatch _output;
    private readonly SpikeColumns _columns;
    private IObserver<RecordBatch>? _observer;
    private long _watermark = long.MinValue;
    private long _lastEnd = long.MinValue;
    private long _followed = long.MinValue;
    private bool _restored;

    public SpikeWatch(OperatorContext context)
    {
        _context = context;
        _settings = new SpikeSettings(context.Options);
        _law = new CountLaw(_settings.History, _settings.AlertBudget);
        _detector = new SpikeDetector(_settings, _law);
        _tables = new SpikeTables(context, _law, _settings.Praise);
        _evidence = new EvidenceBook(context, _settings.VoiceWeights, _settings.History);
        _document = new AlertDocument(context);
        _output = new RecordBatch(context.OutputSchema, 64);
        _columns = new SpikeColumns(context);
        context.Task.OnCut(Cut);
    }

    /// <inheritdoc/>
    public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => Observable.Create<RecordBatch>(observer =>
    {
        _observer = observer;
        return source.Subscribe(Process, observer.OnError, observer.OnCompleted);
    });

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    private void Process(RecordBatch batch)
    {
        Prepare();
        for (var row = 0; row < batch.RowCount; row++)
        {
            var start = batch.Int64(_columns.Start)[row];
            var size = batch.Int64(_columns.End)[row] - start;
            UseBucketSize(size, start);
            if (batch.Dictionary(_columns.Brand)[row] >= 0 && start % size == 0)
            {
                Take(batch, row, start / size);
            }

            batch.Origin.Mark(batch.Records[row], RecordFate.Counted);
        }

        _watermark = Math.Max(_watermark, batch.Watermark);
    }

    private void UseBucketSize(long size, long start)
    {
        if (_law.BucketSize == 0)
        {
            _tables.Begin(size, start / size);
        }

        if (_law.BucketSize != size)
        {
            throw new StateException($"Operator '{_context.OperatorId}': it has learnt from windows of {_law.BucketSize} ms and now gets windows of {size} ms. Give it another id to start it afresh.");
        }
    }

    private void Take(RecordBatch batch, int row, long index)
    {
        var brand = Encoding.UTF8.GetString(batch.Dictionary(_columns.Brand).Text(row));
        if ((index * _law.BucketSize) + BrandSeries.EmptyBefore < _tables.Pool.Closed * HourProfile.HourMs && !_tables.Knows(brand))
        {
            return; // long over when its brand was first heard of
        }

        var series = _tables.Series(brand);
        if (series.Closed == long.MinValue)
        {
            series.BeginBefore(index, _tables.FirstBucket);
        }

        if (index <= series.Closed)
        {
            return; // a correction of what is closed
        }

        var group = (Name(batch, _columns.Channel, row), Name(batch, _columns.Language, row));
        var bucket = series.OpenAt(index);
        var parts = bucket.Parts;
        if (!parts.TryGetValue(group, out var part))
        {
            parts[group] = part = new BucketPart();
        }

        var version = batch.Int64(_columns.Version)[row];
        if (version <= part.Version)
        {
            return;
        }

        part.Version = version;
        part.Posts = batch.Int64(_columns.Posts)[row];
        part.Negative = batch.Int64(_columns.Negative)[row];
        part.Positive = batch.Int64(_columns.Positive)[row];
        part.FirstEvent = batch.Int64(_columns.FirstEvent)[row];
        part.LastEvent = batch.Int64(_columns.LastEvent)[row];
        part.Evidence = batch.Utf8(_columns.Evidence)[row].ToArray();
        part.Unstored = true;
        bucket.Changed();
        _lastEnd = Math.Max(_lastEnd, (index + 1) * _law.BucketSize);
        Activate(series);
        if (!series.IsTouched)
        {
            series.IsTouched = true;
            _touched.Add(series);
        }
    }

    private void Cut()
    {
        Prepare();
        if (_law.BucketSize == 0)
        {
            return;
        }

        // At the end of a source nobody knows how it would have gone on: time stops with the last window.
        var now = _watermark == long.MaxValue ? _lastEnd : _watermark;
        if (now != long.MinValue && LastBefore(now) > _followed)
        {
            _active.Sort(_byBrand);
            CloseHours(now);
            _active.ForEach(series => Follow(series, now));
            _active.RemoveAll(IsQuiet);
            _followed = LastBefore(now);
        }

        _touched.Sort(_byBrand);
        foreach (var series in _touched)
        {
            LookAhead(series);
            _tables.Changed(series);
            series.IsTouched = false;
        }

        _touched.Clear();
        if (_output.RowCount > 0)
        {
            _output.Watermark = _watermark;
            _observer?.OnNext(_output);
            _output.Clear();
        }
    }

    /// <summary>
    /// Ends the hours that have passed, one by one and for all brands, so that what the pool knows at a time depends on that time alone.
    /// </summary>
    private void CloseHours(long now)
    {
        for (var hour = _tables.Pool.Closed + 1; (hour + 1) * HourProfile.HourMs <= now; hour++)
        {
            if (HourProfile.HourOf(now) - hour > LongestSilence && NextBucket(now) is var next && HourProfile.HourOf(next * _law.BucketSize) - hour > LongestSilence)
            {
                StartAgain(next);
                hour = _tables.Pool.Closed;
                continue;
            }

            var end = (hour + 1) * HourProfile.HourMs;
            _active.ForEach(series => Follow(series, end));
            _active.RemoveAll(IsQuiet);
            foreach (var series in _tables.Brands)
            {
                series.CloseEmpty(LastBefore(end));
                series.Profile.Enter(end, _tables.Pool);
                series.Unstored = true;
                _tables.Changed(series);
            }

            _tables.Pool.Close(hour);
        }
    }

    /// <summary>The first bucket that is open; where none is, the one that is not over yet.</summary>
    private long NextBucket(long now) =>
        _active.Where(series => series.Open.Count > 0).Select(series => series.Open[0].Index).DefaultIfEmpty(LastBefore(now) + 1).Min();

    private void StartAgain(long first)
    {
        var start = first * _law.BucketSize;
        _active.ForEach(series => Follow(series, start));
        _active.RemoveAll(IsQuiet);
        _context.Logger.LogInformation("Operator {Operator}: there were no windows for {Days} days; what is usual is learnt afresh from {Start:O} on", _context.OperatorId, (HourProfile.HourOf(start) - _tables.Pool.Closed) / 24, DateTimeOffset.FromUnixTimeMilliseconds(start));
        _tables.StartAgain(first);
    }

    private long ResolveAfter => Math.Max(_law.BucketSize, _settings.ResolveAfter);

    /// <summary>Takes a brand in which nothing is open off the list.</summary>
    private static bool IsQuiet(BrandSeries series) => !(series.IsActive = series.Open.Count > 0 || series.HasIncident);

    /// <summary>The last bucket that is over at a time.</summary>
    private long LastBefore(long time) => (time / _law.BucketSize) - (time % _law.BucketSize < 0 ? 2 : 1);

    /// <summary>Looks at a brand's buckets that are over at a time, one by one, and closes them.</summary>
    private void Follow(BrandSeries series, long now)
    {
        var last = LastBefore(now);
        while (series.Open.Count > 0 && series.Open[0].Index <= last)
        {
            var bucket = series.Open[0];
            series.CloseEmpty(bucket.Index - 1);
            bucket.Hear(_evidence.Count(series.Brand, bucket), series.Closed);
            series.LookAnew();
            Look(series, bucket, true);
            foreach (var watch in series.Watches)
            {
                watch.Incident?.Absorb(bucket, watch.Kind);
            }

            _evidence.Close(series.Brand, bucket, _law.BucketSize, series.Watches[0].Incident is not null);
            _tables.Forget(series, bucket);
            series.Close(bucket);
        }

        // Up to the last bucket that is over: it must not matter when within the next one this is done.
        foreach (var watch in series.Watches)
        {
            ResolveIfQuiet(series, watch, (last + 1) * _law.BucketSize);
        }

        _tables.Changed(series);
    }

    /// <summary>Looks at buckets that are still open: what is there already may be enough.</summary>
    private void LookAhead(BrandSeries series)
    {
        series.LookAnew();
        foreach (var bucket in series.Open)
        {
            if ((bucket.Index - series.Closed) * _law.BucketSize > BrandSeries.EmptyBefore)
            {
                return; // what lies between is not known
            }

            if (bucket.VoicesAsOf != series.Closed)
            {
                bucket.Hear(_evidence.Count(series.Brand, bucket), series.Closed);
            }

            Look(series, bucket, false);
        }
    }

    private void Look(BrandSeries series, OpenBucket bucket, bool complete)
    {
        var start = bucket.Index * _law.BucketSize;
        foreach (var watch in series.Watches)
        {
            if (complete)
            {
                ResolveIfQuiet(series, watch, start);
            }
            else if (watch.Incident is { } last && start >= last.ElevatedUntil + ResolveAfter)
            {
                continue; // whether it is over then shows when the buckets before are whole: another partition may be behind
            }

            var finding = _detector.Look(series, watch, bucket.Index);
            if (complete)
            {
                watch.HighSince = finding.IsHigh ? Math.Min(watch.HighSince, start) : long.MaxValue;
            }

            if (watch.Incident is { } incident)
            {
                Continue(series, watch, incident, bucket, finding);
            }
            else if (finding.IsSpike && start >= (_tables.FirstBucket * _law.BucketSize) + _settings.Warmup)
            {
                if (start >= watch.QuietUntil)
                {
                    Open(series, watch, bucket, finding);
                }
                else if (complete)
                {
                    watch.Suppressed++;
                    series.Unstored = true;
                }
            }
        }
    }

    private void Open(BrandSeries series, BrandWatch watch, OpenBucket bucket, in Finding finding)
    {
        var start = bucket.Index * _law.BucketSize;
        var kind = watch.Kind == AlertKind.Negative ? "" : "\0praise";
        var name = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_context.Graph}\0{_context.OperatorId}\0{series.Brand}\0{start}{kind}"));
        watch.Incident = new Incident { Id = Hash64.Of(name).ToString("x16", CultureInfo.InvariantCulture), OpenedAt = start, IsSlow = finding.IsSlow };
        Tell("open", series, watch, bucket, finding);
    }

    private void Continue(BrandSeries series, BrandWatch watch, Incident incident, OpenBucket bucket, in Finding finding)
    {
        if (!finding.IsElevated && !(incident.IsSlow && finding.IsWarm))
        {
            return;
        }

        See(incident, bucket, finding);
        series.Unstored = true;
        if (finding.Severity >= incident.Severity + EscalateBy && bucket.Index > incident.AlertedBucket)
        {
            Tell("escalated", series, watch, bucket, finding);
        }
    }

    private void ResolveIfQuiet(BrandSeries series, BrandWatch watch, long now)
    {
        if (watch.Incident is { } incident && now >= incident.ElevatedUntil + ResolveAfter)
        {
            watch.QuietUntil = incident.ElevatedUntil + ResolveAfter + _settings.Cooldown;
            incident.Sequence++;
            Explain(series, watch, incident.OpenedAt, incident.ElevatedUntil);
            Emit(series, _document.Write("resolved", series, watch, null));
            watch.Incident = null;
        }
    }

    private void Tell(string state, BrandSeries series, BrandWatch watch, OpenBucket bucket, in Finding finding)
    {
        var incident = watch.Incident!;
        See(incident, bucket, finding);
        incident.Severity = finding.Severity;
        incident.Sequence++;
        incident.AlertedBucket = bucket.Index;
        Explain(series, watch, Math.Min(finding.Start, incident.OpenedAt), finding.End);
        Emit(series, _document.Write(state, series, watch, bucket));
        watch.Suppressed = 0;
    }

    /// <summary>Finds the reason to tell. Windows hold evidence of negative posts alone.</summary>
    private void Explain(BrandSeries series, BrandWatch watch, long from, long to)
    {
        if (watch.Kind == AlertKind.Negative)
        {
            _evidence.MarkUnusual(series.Brand, from);
            var evidence = _evidence.Tell(series.Brand, from, to, series.Open, _law.BucketSize);
            watch.Incident!.Evidence = evidence.Samples.Count > 0 ? evidence : watch.Incident.Evidence;
        }
    }

    private void See(Incident incident, OpenBucket bucket, in Finding finding)
    {
        incident.Last = finding;
        incident.Follow(bucket);
        incident.ElevatedUntil = Math.Max(incident.ElevatedUntil, (bucket.Index + 1) * _law.BucketSize);
        incident.FirstSeen = Math.Min(incident.FirstSeen, bucket.Parts.Values.Min(p => p.FirstEvent));
        incident.LastSeen = Math.Max(incident.LastSeen, bucket.Parts.Values.Max(p => p.LastEvent));
    }

    private void Emit(BrandSeries series, ReadOnlySpan<byte> document)
    {
        var row = _output.AppendRecord(_output.RowCount);
        var brands = _output.Dictionary(_columns.OutputBrand);
        brands[row] = brands.Dictionary.GetOrAdd(series.BrandUtf8);
        _output.Utf8(_columns.OutputAlert).Set(row, document);
        series.Unstored = true;
    }

    private void Activate(BrandSeries series)
    {
        if (!series.IsActive)
        {
            series.IsActive = true;
            _active.Add(series);
        }
    }

    /// <summary>After a restore: brands with something open are looked at again.</summary>
    private void Prepare()
    {
        if (_restored)
        {
            return;
        }

        _restored = true;
        if (_law.BucketSize == 0)
        {
            return;
        }

        _tables.Prepare();
        foreach (var series in _tables.Brands.Where(s => s.Open.Count > 0 || s.HasIncident))
        {
            Activate(series);
            _lastEnd = Math.Max(_lastEnd, series.Open.Count > 0 ? (series.Open[^1].Index + 1) * _law.BucketSize : long.MinValue);
        }
    }

    private static string? Name(RecordBatch batch, int column, int row) =>
        batch.Dictionary(column)[row] < 0 ? null : Encoding.UTF8.GetString(batch.Dictionary(column).Text(row));
}
