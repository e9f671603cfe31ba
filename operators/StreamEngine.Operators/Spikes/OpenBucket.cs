using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>A bucket (a window's time) of a brand that is not complete yet, by channel and language.</summary>
internal sealed class OpenBucket(long index)
{
    /// <summary>The bucket's start, in bucket sizes since 1970.</summary>
    public long Index { get; } = index;

    /// <summary>The newest row of each channel and language.</summary>
    public Dictionary<(string? Channel, string? Language), BucketPart> Parts { get; } = [];

    /// <summary>How many voices are behind its negative posts, as last counted; <see langword="null"/> = each post is one.</summary>
    public Voices? Voices { get; private set; }

    /// <summary>The last closed bucket when the voices were counted; <see langword="null"/> where a part has changed since.</summary>
    public long? VoicesAsOf { get; private set; }

    /// <summary>All parts together.</summary>
    public BucketCounts Counts { get; private set; }

    /// <summary>Takes in the voices behind its negative posts, which depend on what was heard up to the last closed bucket.</summary>
    public void Hear(in Voices voices, long closed)
    {
        Changed();
        (Voices, VoicesAsOf) = (voices, closed);
        Counts = Counts with { Effective = Math.Min(Counts.Negative, (long)Math.Round(voices.Counted)) };
    }

    /// <summary>Notes that a part has changed.</summary>
    public void Changed()
    {
        BucketCounts sum = default;
        foreach (var part in Parts.Values)
        {
            sum += part.Counts;
        }

        (Counts, Voices, VoicesAsOf) = (sum, null, null);
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

    /// <summary>Its evidence, for <see cref="EvidenceReader"/>.</summary>
    public byte[] Evidence { get; set; } = [];

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    /// <summary>What was counted. How many negative posts are effective shows only in the whole bucket.</summary>
    public BucketCounts Counts => new(Posts, Negative, Negative, Positive);

    public void Write(StateWriter writer)
    {
        writer.WriteCount(Version);
        writer.WriteCount(Posts);
        writer.WriteCount(Negative);
        writer.WriteCount(Positive);
        writer.WriteSigned(FirstEvent);
        writer.WriteSigned(LastEvent);
        writer.WriteText(Evidence);
    }

    public static BucketPart Read(ref StateReader reader) => new()
    {
        Version = reader.ReadCount(),
        Posts = reader.ReadCount(),
        Negative = reader.ReadCount(),
        Positive = reader.ReadCount(),
        FirstEvent = reader.ReadSigned(),
        LastEvent = reader.ReadSigned(),
        Evidence = reader.ReadText().ToArray(),
    };
}
