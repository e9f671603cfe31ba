namespace StreamEngine.Operators;

/// <summary>A bucket (a window's time) of a brand that is not complete yet, by channel and language.</summary>
internal sealed class OpenBucket(long index)
{
    /// <summary>The bucket's start, in bucket sizes since 1970.</summary>
    public long Index { get; } = index;

    /// <summary>The newest row of each channel and language.</summary>
    public Dictionary<(string? Channel, string? Language), BucketPart> Parts { get; } = [];

    /// <summary>All parts together.</summary>
    public BucketCounts Counts
    {
        get
        {
            BucketCounts sum = default;
            foreach (var part in Parts.Values)
            {
                sum += part.Counts;
            }

            return sum;
        }
    }
}

/// <summary>One row of a window: a brand's posts in one channel and language.</summary>
internal sealed class BucketPart
{
    public long Version { get; set; }

    public long Posts { get; set; }

    public long Negative { get; set; }

    public long Positive { get; set; }

    public long FirstEvent { get; set; }

    public long LastEvent { get; set; }

    /// <summary>Sample posts as <c>window</c> encodes them.</summary>
    public byte[] Samples { get; set; } = [];

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    /// <summary>What it counts for. This is where evidence against posts (repeats, a single loud author) lowers the effective count.</summary>
    public BucketCounts Counts => new(Posts, Negative, Negative, Positive);

    public void Write(StateWriter writer)
    {
        writer.WriteCount(Version);
        writer.WriteCount(Posts);
        writer.WriteCount(Negative);
        writer.WriteCount(Positive);
        writer.WriteSigned(FirstEvent);
        writer.WriteSigned(LastEvent);
        writer.WriteText(Samples);
    }

    public static BucketPart Read(ref StateReader reader) => new()
    {
        Version = reader.ReadCount(),
        Posts = reader.ReadCount(),
        Negative = reader.ReadCount(),
        Positive = reader.ReadCount(),
        FirstEvent = reader.ReadSigned(),
        LastEvent = reader.ReadSigned(),
        Samples = reader.ReadText().ToArray(),
    };
}
