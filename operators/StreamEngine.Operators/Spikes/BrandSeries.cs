using System.Text;

namespace StreamEngine.Operators;

/// <summary>All that is known of one brand: what is usual, its last closed buckets, those still open, and its incident.</summary>
internal sealed class BrandSeries(string brand)
{
    /// <summary>The longest horizon, in buckets.</summary>
    public const int Longest = 15;

    private readonly (long Negative, long Posts)[] _closed = new (long, long)[Longest - 1];
    private Baseline _baseline;

    public string Brand { get; } = brand;

    public byte[] BrandUtf8 { get; } = Encoding.UTF8.GetBytes(brand);

    public ref readonly Baseline Baseline => ref _baseline;

    /// <summary>The last bucket that is closed and learnt.</summary>
    public long Closed { get; set; }

    /// <summary>Buckets not closed, oldest first.</summary>
    public List<OpenBucket> Open { get; } = [];

    public Incident? Incident { get; set; }

    /// <summary>No incident opens in buckets before this; ms since 1970.</summary>
    public long QuietUntil { get; set; } = long.MinValue;

    /// <summary>Spikes that stayed without an alert since the last one.</summary>
    public long Suppressed { get; set; }

    /// <summary>In the list of brands to look at.</summary>
    public bool IsActive { get; set; }

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    /// <summary>The open bucket of an index, made where it is not there.</summary>
    public OpenBucket OpenAt(long index)
    {
        var place = Open.FindIndex(b => b.Index >= index);
        if (place >= 0 && Open[place].Index == index)
        {
            return Open[place];
        }

        var bucket = new OpenBucket(index);
        Open.Insert(place < 0 ? Open.Count : place, bucket);
        return bucket;
    }

    /// <summary>Posts in a bucket, open or one of the last that are closed.</summary>
    public (long Negative, long Posts) At(long index)
    {
        if (index <= Closed)
        {
            return Closed - index < _closed.Length ? _closed[Closed - index] : default;
        }

        foreach (var bucket in Open)
        {
            if (bucket.Index == index)
            {
                return (bucket.Negative, bucket.Posts);
            }
        }

        return default;
    }

    /// <summary>Closes the buckets up to <paramref name="index"/> as empty.</summary>
    public void CloseEmpty(long index, in BaselineDecay decay)
    {
        var count = index - Closed;
        if (count <= 0)
        {
            return;
        }

        _baseline.LearnEmpty(count, decay);
        Shift((int)Math.Min(count, _closed.Length));
        Closed = index;
        Unstored = true;
    }

    /// <summary>Closes the bucket after <see cref="Closed"/>.</summary>
    public void Close(OpenBucket bucket, in BaselineDecay decay)
    {
        var (negative, posts) = (bucket.Negative, bucket.Posts);
        _baseline.Learn(negative, posts, decay);
        Shift(1);
        _closed[0] = (negative, posts);
        Closed = bucket.Index;
        Open.Remove(bucket);
        Unstored = true;
    }

    public void Write(StateWriter writer)
    {
        _baseline.Write(writer);
        writer.WriteSigned(Closed);
        foreach (var (negative, posts) in _closed)
        {
            writer.WriteCount(negative);
            writer.WriteCount(posts);
        }

        writer.WriteSigned(QuietUntil);
        writer.WriteCount(Suppressed);
        writer.WriteByte((byte)(Incident is null ? 0 : 1));
        Incident?.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        _baseline = StreamEngine.Operators.Baseline.Read(ref reader);
        Closed = reader.ReadSigned();
        for (var i = 0; i < _closed.Length; i++)
        {
            _closed[i] = (reader.ReadCount(), reader.ReadCount());
        }

        QuietUntil = reader.ReadSigned();
        Suppressed = reader.ReadCount();
        Incident = reader.ReadFlag() ? StreamEngine.Operators.Incident.Read(ref reader) : null;
    }

    private void Shift(int by)
    {
        Array.Copy(_closed, 0, _closed, by, _closed.Length - by);
        Array.Clear(_closed, 0, by);
    }
}
