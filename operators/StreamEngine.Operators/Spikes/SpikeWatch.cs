using System.Globalization;
using System.Reactive.Linq;
using System.Text;
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

    private readonly OperatorContext _context;
    private readonly SpikeSettings _settings;
    private readonly SpikeTables _tables;
    private readonly Dictionary<string, BrandSeries> _brands = new(StringComparer.Ordinal);
    private readonly List<BrandSeries> _active = [];
    private readonly AlertDocument _document;
    private readonly RecordBatch _output;
    private readonly SpikeColumns _columns;
    private IObserver<RecordBatch>? _observer;
    private SpikeDetector? _detector;
    private BaselineDecay _decay;
    private long _watermark = long.MinValue;
    private long _lastEnd = long.MinValue;
    private bool _restored;

    public SpikeWatch(OperatorContext context)
    {
        _context = context;
        _settings = new SpikeSettings(context.Options);
        _tables = new SpikeTables(context, Series);
        _document = new AlertDocument(context.Graph, context.OperatorId);
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
        if (_tables.BucketSize == 0)
        {
            (_tables.BucketSize, _tables.FirstBucket) = (size, start / size);
        }

        if (_tables.BucketSize != size)
        {
            throw new StateException($"Operator '{_context.OperatorId}': it has learnt from windows of {_tables.BucketSize} ms and now gets windows of {size} ms. Give it another id to start it afresh.");
        }

        if (_detector is null)
        {
            _detector = new SpikeDetector(_settings, size);
            _decay = BaselineDecay.For(size, _settings.History);
        }
    }

    private void Take(RecordBatch batch, int row, long index)
    {
        var series = Series(Encoding.UTF8.GetString(batch.Dictionary(_columns.Brand).Text(row)));
        if (series.Closed == long.MinValue)
        {
            series.Closed = Math.Min(index, _tables.FirstBucket) - 1;
        }

        if (index <= series.Closed)
        {
            return; // a correction of what is closed
        }

        var group = (Name(batch, _columns.Channel, row), Name(batch, _columns.Language, row));
        var parts = series.OpenAt(index).Parts;
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
        part.FirstEvent = batch.Int64(_columns.FirstEvent)[row];
        part.LastEvent = batch.Int64(_columns.LastEvent)[row];
        part.Evidence = batch.Utf8(_columns.Evidence)[row].ToArray();
        part.Unstored = true;
        _lastEnd = Math.Max(_lastEnd, (index + 1) * _tables.BucketSize);
        Activate(series);
    }

    private void Cut()
    {
        Prepare();
        if (_detector is null)
        {
            return;
        }

        _active.Sort((a, b) => string.CompareOrdinal(a.Brand, b.Brand));
        foreach (var series in _active)
        {
            Follow(series);
            _tables.Changed(series);
            series.IsActive = series.Open.Count > 0 || series.Incident is not null;
        }

        _active.RemoveAll(series => !series.IsActive);
        if (_output.RowCount > 0)
        {
            _output.Watermark = _watermark;
            _observer?.OnNext(_output);
            _output.Clear();
        }
    }

    /// <summary>Looks at a brand's open buckets in order, as if they had come one by one, and closes those that are complete.</summary>
    private void Follow(BrandSeries series)
    {
        var size = _tables.BucketSize;
        var complete = _watermark == long.MinValue ? long.MinValue : (_watermark / size) - (_watermark < 0 ? 2 : 1);
        while (series.Open.Count > 0 && series.Open[0].Index <= complete)
        {
            var bucket = series.Open[0];
            series.CloseEmpty(bucket.Index - 1, _decay);
            Look(series, bucket, true);
            series.Incident?.Absorb(bucket);
            _tables.Forget(series, bucket);
            series.Close(bucket, _decay);
        }

        for (var i = 0; i < series.Open.Count; i++)
        {
            if (i == 0 && complete != long.MinValue)
            {
                series.CloseEmpty(Math.Min(complete, series.Open[0].Index - 1), _decay);
            }

            Look(series, series.Open[i], false);
        }

        // At the end of a source nobody knows how it would have gone on: an open incident stays open.
        ResolveIfQuiet(series, _watermark == long.MaxValue ? _lastEnd : _watermark);
    }

    private void Look(BrandSeries series, OpenBucket bucket, bool complete)
    {
        var start = bucket.Index * _tables.BucketSize;
        ResolveIfQuiet(series, start);
        var finding = _detector!.Look(series, bucket.Index);
        if (series.Incident is { } incident)
        {
            Continue(series, incident, bucket, finding);
        }
        else if (finding.IsSpike && start >= (_tables.FirstBucket * _tables.BucketSize) + _settings.Warmup)
        {
            if (start >= series.QuietUntil)
            {
                Open(series, bucket, finding);
            }
            else if (complete)
            {
                series.Suppressed++;
                series.Unstored = true;
            }
        }
    }

    private void Open(BrandSeries series, OpenBucket bucket, in Finding finding)
    {
        var start = bucket.Index * _tables.BucketSize;
        var name = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_context.Graph}\0{_context.OperatorId}\0{series.Brand}\0{start}"));
        series.Incident = new Incident { Id = Hash64.Of(name).ToString("x16", CultureInfo.InvariantCulture), OpenedAt = start };
        Tell("open", series, bucket, finding);
    }

    private void Continue(BrandSeries series, Incident incident, OpenBucket bucket, in Finding finding)
    {
        if (!finding.IsElevated)
        {
            return;
        }

        See(incident, bucket, finding);
        series.Unstored = true;
        if (finding.IsSpike && finding.Severity >= incident.Severity + EscalateBy && bucket.Index > incident.AlertedBucket)
        {
            Tell("escalated", series, bucket, finding);
        }
    }

    private void ResolveIfQuiet(BrandSeries series, long now)
    {
        if (series.Incident is { } incident && now >= incident.ElevatedUntil + _settings.ResolveAfter)
        {
            series.QuietUntil = incident.ElevatedUntil + _settings.ResolveAfter + _settings.Cooldown;
            incident.Sequence++;
            Emit(series, _document.Write("resolved", series, null));
            series.Incident = null;
        }
    }

    private void Tell(string state, BrandSeries series, OpenBucket bucket, in Finding finding)
    {
        var incident = series.Incident!;
        See(incident, bucket, finding);
        incident.Severity = finding.Severity;
        incident.Sequence++;
        incident.AlertedBucket = bucket.Index;
        Emit(series, _document.Write(state, series, bucket));
        series.Suppressed = 0;
    }

    private void See(Incident incident, OpenBucket bucket, in Finding finding)
    {
        incident.Last = finding;
        incident.ElevatedUntil = Math.Max(incident.ElevatedUntil, (bucket.Index + 1) * _tables.BucketSize);
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

    private BrandSeries Series(string brand)
    {
        if (!_brands.TryGetValue(brand, out var series))
        {
            _brands[brand] = series = new BrandSeries(brand) { Closed = long.MinValue };
        }

        return series;
    }

    private void Activate(BrandSeries series)
    {
        series.Unstored = true;
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
        foreach (var series in _brands.Values.Where(s => s.Open.Count > 0 || s.Incident is not null))
        {
            series.IsActive = true;
            _active.Add(series);
            _lastEnd = Math.Max(_lastEnd, series.Open.Count > 0 ? (series.Open[^1].Index + 1) * _tables.BucketSize : long.MinValue);
        }

        if (_tables.BucketSize > 0)
        {
            UseBucketSize(_tables.BucketSize, 0);
        }
    }

    private static string? Name(RecordBatch batch, int column, int row) =>
        batch.Dictionary(column)[row] < 0 ? null : Encoding.UTF8.GetString(batch.Dictionary(column).Text(row));

    /// <summary>Where the columns are.</summary>
    private sealed class SpikeColumns(OperatorContext context)
    {
        public int Start { get; } = context.Column("window_start");

        public int End { get; } = context.Column("window_end");

        public int Brand { get; } = context.Column("brand");

        public int Channel { get; } = context.Column("channel");

        public int Language { get; } = context.Column("language");

        public int Posts { get; } = context.Column("posts");

        public int Negative { get; } = context.Column("negative");

        public int FirstEvent { get; } = context.Column("first_event");

        public int LastEvent { get; } = context.Column("last_event");

        public int Version { get; } = context.Column("version");

        public int Evidence { get; } = context.Column("evidence");

        public int OutputBrand { get; } = context.OutputSchema.IndexOf("brand");

        public int OutputAlert { get; } = context.OutputSchema.IndexOf("alert");
    }
}
