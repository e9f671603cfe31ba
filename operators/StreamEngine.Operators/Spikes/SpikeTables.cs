using System.Text;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state of <c>spikes</c>: brands with their hours, days and open buckets, and what all of them share.</summary>
internal sealed class SpikeTables
{
    private const int DaysOfWeek = HourProfile.Hours / HourProfile.HoursOfDay;
    private static readonly byte[] _timeKey = "time"u8.ToArray();

    private readonly bool _praise;
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly Dictionary<string, BrandSeries> _brands = new(StringComparer.Ordinal);
    private readonly HashSet<BrandSeries> _changed = [];
    private readonly PendingDeletes _deletes = new();
    private (long Size, long FirstBucket, long Hour) _stored;

    public SpikeTables(OperatorContext context, CountLaw law, bool praise)
    {
        (Law, _praise) = (law, praise);
        context.Task.Keep(new CodedTable(context.OperatorId, "brands", 4, WriteBrands, ReadBrand));
        context.Task.Keep(new CodedTable(context.OperatorId, "hours", 1, WriteHours, ReadHours));
        context.Task.Keep(new CodedTable(context.OperatorId, "days", 3, WriteDays, ReadDays));
        context.Task.Keep(new CodedTable(context.OperatorId, "buckets", 2, WriteBuckets, ReadPart));
        context.Task.Keep(new CodedTable(context.OperatorId, "time", 2, WriteTime, ReadTime));
    }

    /// <summary>How counts are judged.</summary>
    public CountLaw Law { get; }

    /// <summary>The hours of the day over all brands.</summary>
    public PooledProfile Pool { get; } = new();

    /// <summary>The first bucket ever seen; brands that appear later had none until then.</summary>
    public long FirstBucket { get; private set; }

    /// <summary>All brands, in no order.</summary>
    public IEnumerable<BrandSeries> Brands => _brands.Values;

    /// <summary>Starts with the first window of all.</summary>
    public void Begin(long bucketSize, long firstBucket)
    {
        Law.Begin(bucketSize);
        FirstBucket = firstBucket;
        Pool.Close(HourProfile.HourOf(firstBucket * bucketSize) - 1);
    }

    /// <summary>Forgets what is usual, of all brands, and begins with a bucket; those that are open stay.</summary>
    public void StartAgain(long firstBucket)
    {
        FirstBucket = firstBucket;
        Pool.StartAgain(HourProfile.HourOf(firstBucket * Law.BucketSize) - 1);
        foreach (var series in _brands.Values)
        {
            series.StartAgain(firstBucket);
            Changed(series);
        }
    }

    /// <summary>Whether a brand has been heard of.</summary>
    public bool Knows(string brand) => _brands.ContainsKey(brand);

    /// <summary>After a restore: what follows from what was read.</summary>
    public void Prepare()
    {
        foreach (var series in _brands.Values)
        {
            series.Prepare();
        }
    }

    /// <summary>A brand, made where it is not there.</summary>
    public BrandSeries Series(string brand)
    {
        if (!_brands.TryGetValue(brand, out var series))
        {
            _brands[brand] = series = new BrandSeries(brand, Law, Pool, _praise);
        }

        return series;
    }

    /// <summary>Notes that a brand is to be stored, with those of its parts that say so.</summary>
    public void Changed(BrandSeries series) => _changed.Add(series);

    /// <summary>Notes that a bucket is closed and its parts go.</summary>
    public void Forget(BrandSeries series, OpenBucket bucket)
    {
        foreach (var (group, _) in bucket.Parts)
        {
            _deletes.Add(PartKey(series, bucket.Index, group));
        }
    }

    private void WriteBrands(IStateChanges changes)
    {
        foreach (var series in _changed.Where(s => s.Unstored))
        {
            _value.Clear();
            series.Write(_value);
            changes.Put(series.BrandUtf8, _value.Written);
            series.Unstored = false;
        }
    }

    private void ReadBrand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        Series(Encoding.UTF8.GetString(key)).Read(ref reader);
        reader.End();
    }

    private void WriteHours(IStateChanges changes)
    {
        foreach (var series in _changed.Where(s => s.Profile.UnstoredDays != 0))
        {
            for (var day = 0; day < DaysOfWeek; day++)
            {
                if ((series.Profile.UnstoredDays & (1 << day)) != 0)
                {
                    _value.Clear();
                    series.Profile.WriteDay(day, _value);
                    changes.Put(Key(series, (byte)day), _value.Written);
                }
            }

            series.Profile.UnstoredDays = 0;
        }
    }

    private void ReadHours(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var (series, day) = ReadKey(key, DaysOfWeek);
        var reader = new StateReader(value);
        series.Profile.ReadDay(day, ref reader);
        reader.End();
    }

    private void WriteDays(IStateChanges changes)
    {
        foreach (var series in _changed)
        {
            foreach (var watch in series.Watches.Where(w => w.Model.Days.Unstored))
            {
                _value.Clear();
                watch.Model.Days.WritePast(_value);
                changes.Put(Key(series, (byte)watch.Kind), _value.Written);
                watch.Model.Days.Unstored = false;
            }
        }
    }

    private void ReadDays(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var (series, kind) = ReadKey(key, 2);
        var reader = new StateReader(value);
        if (Array.Find(series.Watches, w => (int)w.Kind == kind) is { } watch)
        {
            watch.Model.Days.ReadPast(ref reader);
            reader.End();
        }
    }

    private void WriteBuckets(IStateChanges changes)
    {
        _deletes.WriteTo(changes);
        foreach (var series in _changed)
        {
            foreach (var bucket in series.Open)
            {
                foreach (var (group, part) in bucket.Parts)
                {
                    if (part.Unstored)
                    {
                        _value.Clear();
                        part.Write(_value);
                        changes.Put(PartKey(series, bucket.Index, group), _value.Written);
                        part.Unstored = false;
                    }
                }
            }
        }

        _changed.Clear();
    }

    private void ReadPart(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(key);
        var series = Series(reader.ReadString());
        var index = reader.ReadSigned();
        var group = (ReadName(ref reader), ReadName(ref reader));
        reader.End();
        reader = new StateReader(value);
        var bucket = series.OpenAt(index);
        bucket.Parts[group] = BucketPart.Read(ref reader);
        bucket.Changed();
        reader.End();
    }

    private void WriteTime(IStateChanges changes)
    {
        if (Law.BucketSize > 0 && _stored != (Law.BucketSize, FirstBucket, Pool.Closed))
        {
            _stored = (Law.BucketSize, FirstBucket, Pool.Closed);
            _value.Clear();
            _value.WriteCount(Law.BucketSize);
            _value.WriteSigned(FirstBucket);
            Pool.Write(_value);
            changes.Put(_timeKey, _value.Written);
        }
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        var size = reader.ReadCount();
        if (size == 0)
        {
            throw new FormatException("the bucket size is 0");
        }

        Law.Begin(size);
        FirstBucket = reader.ReadSigned();
        Pool.Read(ref reader);
        reader.End();
        _stored = (Law.BucketSize, FirstBucket, Pool.Closed);
    }

    private ReadOnlySpan<byte> Key(BrandSeries series, byte part)
    {
        _key.Clear();
        _key.WriteText(series.BrandUtf8);
        _key.WriteByte(part);
        return _key.Written;
    }

    private (BrandSeries Series, int Part) ReadKey(ReadOnlySpan<byte> key, int parts)
    {
        var reader = new StateReader(key);
        var series = Series(reader.ReadString());
        var part = (int)reader.ReadCount(parts - 1);
        reader.End();
        return (series, part);
    }

    private ReadOnlySpan<byte> PartKey(BrandSeries series, long index, (string? Channel, string? Language) group)
    {
        _key.Clear();
        _key.WriteText(series.BrandUtf8);
        _key.WriteSigned(index);
        WriteName(group.Channel);
        WriteName(group.Language);
        return _key.Written;
    }

    private void WriteName(string? name)
    {
        _key.WriteByte((byte)(name is null ? 0 : 1));
        if (name is not null)
        {
            _key.WriteString(name);
        }
    }

    private static string? ReadName(ref StateReader reader) => reader.ReadFlag() ? reader.ReadString() : null;
}
