using System.Text;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>All that is known of one brand: its rhythm, its last closed buckets, those still open, and what is watched of it.</summary>
internal sealed class BrandSeries
{
    /// <summary>How many buckets can be looked back at one by one.</summary>
    public const int Longest = 50;

    /// <summary>A brand that appears is taken to have had no posts for so long, or since the first bucket of all; ms.</summary>
    public const long EmptyBefore = 2 * 86_400_000L;

    private readonly CountLaw _law;
    private readonly PooledProfile _pool;
    private readonly BucketCounts[] _closed = new BucketCounts[Longest];
    private int _last;

    /// <param name="brand">Its name.</param>
    /// <param name="law">How counts are judged.</param>
    /// <param name="pool">What all brands have in common.</param>
    /// <param name="praise">Whether praise is watched too.</param>
    public BrandSeries(string brand, CountLaw law, PooledProfile pool, bool praise)
    {
        (Brand, _law, _pool) = (brand, law, pool);
        BrandUtf8 = Encoding.UTF8.GetBytes(brand);
        Watches = praise ? [new(AlertKind.Negative, law), new(AlertKind.Praise, law)] : [new(AlertKind.Negative, law)];
    }

    public string Brand { get; }

    public byte[] BrandUtf8 { get; }

    public HourProfile Profile { get; } = new();

    /// <summary>One for each kind of alert that is on; negative posts first.</summary>
    public BrandWatch[] Watches { get; }

    /// <summary>The last bucket that is closed and learnt; <see cref="long.MinValue"/> before the first.</summary>
    public long Closed { get; private set; } = long.MinValue;

    /// <summary>Buckets not closed, oldest first.</summary>
    public List<OpenBucket> Open { get; } = [];

    /// <summary>In the list of brands to look at.</summary>
    public bool IsActive { get; set; }

    /// <summary>In the list of brands with rows since the last cut.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    public bool HasIncident => Array.Exists(Watches, watch => watch.Incident is not null);

    /// <summary>Begins before a bucket, at the first one of all or some days before.</summary>
    public void BeginBefore(long index, long first)
    {
        Closed = Math.Max(Math.Min(index, first), index - (EmptyBefore / _law.BucketSize)) - 1;
        Unstored = true;
    }

    /// <summary>Forgets what is usual, and begins at the first bucket of all or, where one is open, some days before that.</summary>
    public void StartAgain(long first)
    {
        Array.Clear(_closed);
        Profile.Clear();
        Array.ForEach(Watches, watch => watch.StartAgain());
        BeginBefore(Open.Count > 0 ? Open[0].Index : first, first);
    }

    /// <summary>Forgets the sums over open buckets, as some of these may have changed.</summary>
    public void LookAnew() => Array.ForEach(Watches, watch => watch.Ahead = null);

    /// <summary>The open bucket of an index, made where it is not there.</summary>
    public OpenBucket OpenAt(long index)
    {
        var place = PlaceOf(index);
        if (place >= 0)
        {
            return Open[place];
        }

        var bucket = new OpenBucket(index);
        Open.Insert(~place, bucket);
        return bucket;
    }

    /// <summary>What a bucket holds, open or one of the last that are closed.</summary>
    public BucketCounts At(long index)
    {
        if (index <= Closed)
        {
            return Closed - index < Longest ? _closed[(int)(((_last - (Closed - index)) + Longest) % Longest)] : default;
        }

        return PlaceOf(index) is >= 0 and var place ? Open[place].Counts : default;
    }

    /// <summary>How busy the hour of a bucket is, as a factor.</summary>
    public double Season(long index) => Profile.Factor(index * _law.BucketSize, _pool);

    /// <summary>A watch's sums up to an open bucket, with it. Goes on from those of the bucket asked for last, until <see cref="LookAnew"/>.</summary>
    public FadingSums SumsAt(long index, BrandWatch watch)
    {
        var (last, sums) = watch.Ahead is { } ahead && ahead.Index <= index ? ahead : (Closed, watch.Model.Sums);
        for (var open = last + 1; open <= index; open++)
        {
            var counts = At(open);
            watch.Model.Add(ref sums, counts.Judged(watch.Kind), counts.Others(watch.Kind), Season(open));
        }

        watch.Ahead = (index, sums);
        return sums;
    }

    /// <summary>Closes the buckets up to <paramref name="index"/> as empty.</summary>
    public void CloseEmpty(long index)
    {
        while (Closed < index)
        {
            Learn(default);
        }
    }

    /// <summary>Closes the bucket after <see cref="Closed"/>.</summary>
    public void Close(OpenBucket bucket)
    {
        Learn(bucket.Counts);
        Open.Remove(bucket);
        Unstored = true;
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(Closed);
        for (var i = 0; i < Longest; i++)
        {
            _closed[(_last + 1 + i) % Longest].Write(writer);
        }

        Profile.WriteHour(writer);
        foreach (var watch in Watches)
        {
            writer.WriteByte((byte)(1 + watch.Kind));
            watch.Write(writer);
        }

        writer.WriteByte(0);
    }

    public void Read(ref StateReader reader)
    {
        Closed = reader.ReadSigned();
        for (var i = 0; i < Longest; i++)
        {
            _closed[i] = BucketCounts.Read(ref reader);
        }

        _last = Longest - 1;
        Profile.ReadHour(ref reader);
        for (var kind = reader.ReadByte(); kind != 0; kind = reader.ReadByte())
        {
            if (kind > 2)
            {
                throw new FormatException($"there is no kind of alert {kind}");
            }

            // A kind that is now off is read all the same: what follows it must be found.
            var watch = Array.Find(Watches, w => (byte)(1 + w.Kind) == kind) ?? new BrandWatch((AlertKind)(kind - 1), _law);
            watch.Read(ref reader);
        }
    }

    /// <summary>After a restore: what follows from what was read.</summary>
    public void Prepare()
    {
        Profile.Prepare(_pool);
        foreach (var watch in Watches)
        {
            watch.Model.Prepare();
        }
    }

    /// <summary>Where an open bucket is; less than 0 where it is not there: the complement of where it would be.</summary>
    private int PlaceOf(long index)
    {
        var (low, high) = (0, Open.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Open[middle].Index == index)
            {
                return middle;
            }

            (low, high) = Open[middle].Index < index ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    private void Learn(BucketCounts counts)
    {
        LookAnew();
        Closed++;
        var start = Closed * _law.BucketSize;
        Profile.Enter(start, _pool);
        var season = Profile.Factor(start, _pool);
        for (var i = 0; i < Watches.Length; i++)
        {
            var (kind, model) = (Watches[i].Kind, Watches[i].Model);
            if (i == 0)
            {
                Profile.Add(counts.Posts, model.Level + model.OthersLevel);
            }

            model.Learn(start, counts.Judged(kind), counts.Others(kind), season);
        }

        _last = (_last + 1) % Longest;
        _closed[_last] = counts;
    }
}
