using System.Text;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The state of <c>spikes</c>: brands, their open buckets, and the first bucket of all.</summary>
internal sealed class SpikeTables
{
    private static readonly byte[] _timeKey = "time"u8.ToArray();

    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();
    private readonly List<BrandSeries> _changed = [];
    private readonly PendingDeletes _deletes = new();
    private readonly Func<string, BrandSeries> _find;
    private (long Size, long FirstBucket) _stored;

    public SpikeTables(OperatorContext context, Func<string, BrandSeries> find)
    {
        _find = find;
        context.Task.Keep(new CodedTable(context.OperatorId, "brands", 1, WriteBrands, ReadBrand));
        context.Task.Keep(new CodedTable(context.OperatorId, "buckets", 2, WriteBuckets, ReadPart));
        context.Task.Keep(new CodedTable(context.OperatorId, "time", 1, WriteTime, ReadTime));
    }

    /// <summary>How long a bucket is, in ms; 0 before the first window.</summary>
    public long BucketSize { get; set; }

    /// <summary>The first bucket ever seen; brands that appear later had none until then.</summary>
    public long FirstBucket { get; set; }

    /// <summary>Notes that a brand is to be stored, with the parts of its buckets that say so.</summary>
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
        foreach (var series in _changed)
        {
            if (series.Unstored)
            {
                _value.Clear();
                series.Write(_value);
                changes.Put(series.BrandUtf8, _value.Written);
                series.Unstored = false;
            }
        }
    }

    private void ReadBrand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        _find(Encoding.UTF8.GetString(key)).Read(ref reader);
        reader.End();
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
        var series = _find(Encoding.UTF8.GetString(reader.ReadText()));
        var index = reader.ReadSigned();
        var group = (ReadName(ref reader), ReadName(ref reader));
        reader.End();
        reader = new StateReader(value);
        series.OpenAt(index).Parts[group] = BucketPart.Read(ref reader);
        reader.End();
    }

    private void WriteTime(IStateChanges changes)
    {
        if (_stored != (BucketSize, FirstBucket))
        {
            _stored = (BucketSize, FirstBucket);
            _value.Clear();
            _value.WriteCount(BucketSize);
            _value.WriteSigned(FirstBucket);
            changes.Put(_timeKey, _value.Written);
        }
    }

    private void ReadTime(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        BucketSize = reader.ReadCount();
        FirstBucket = reader.ReadSigned();
        reader.End();
        _stored = (BucketSize, FirstBucket);
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
            _key.WriteText(Encoding.UTF8.GetBytes(name));
        }
    }

    private static string? ReadName(ref StateReader reader) => reader.ReadFlag() ? Encoding.UTF8.GetString(reader.ReadText()) : null;
}
