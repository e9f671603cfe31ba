using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>What was counted in a bucket, or in several.</summary>
/// <param name="Posts">All posts.</param>
/// <param name="Negative">Negative posts.</param>
/// <param name="Effective">Negative posts that count: without those that say the same again.</param>
/// <param name="Positive">Positive posts.</param>
internal readonly record struct BucketCounts(long Posts, long Negative, long Effective, long Positive)
{
    public static BucketCounts operator +(BucketCounts a, BucketCounts b) =>
        new(a.Posts + b.Posts, a.Negative + b.Negative, a.Effective + b.Effective, a.Positive + b.Positive);

    /// <summary>The posts that an alert of a kind is about.</summary>
    public long Observed(AlertKind kind) => kind == AlertKind.Negative ? Negative : Positive;

    /// <summary>The number that is judged.</summary>
    public long Judged(AlertKind kind) => kind == AlertKind.Negative ? Effective : Positive;

    /// <summary>Posts of every other kind.</summary>
    public long Others(AlertKind kind) => Posts - Observed(kind);

    public void Write(StateWriter writer)
    {
        writer.WriteCount(Posts);
        writer.WriteCount(Negative);
        writer.WriteCount(Effective);
        writer.WriteCount(Positive);
    }

    public static BucketCounts Read(ref StateReader reader) => new(reader.ReadCount(), reader.ReadCount(), reader.ReadCount(), reader.ReadCount());
}
