using System.Text;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// What is remembered of one brand's negative posts: who wrote them lately, what they usually say, and some of the last hour's, which become
/// part of the usual when they are older, unless an incident was on.
/// </summary>
internal sealed class BrandEvidence(string brand)
{
    /// <summary>The most posts of a bucket that are kept after it is closed.</summary>
    public const int PostsPerBucket = 8;

    /// <summary>The most posts that are kept; the oldest go first. About 200 bytes each.</summary>
    public const int MaxPosts = 64;

    /// <summary>How long posts are kept, in ms.</summary>
    public const long Kept = 3_600_000;

    private readonly List<KeptBucket> _recent = [];
    private long _voicesAt = long.MinValue;
    private long _usualAt = long.MinValue;

    public byte[] BrandUtf8 { get; } = Encoding.UTF8.GetBytes(brand);

    public VoiceMemory Voices { get; } = new();

    public TermTable Usual { get; } = new();

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    /// <summary>Closed buckets of which posts are kept, oldest first.</summary>
    public IReadOnlyList<KeptBucket> Recent => _recent;

    /// <summary>Remembers who wrote the posts of a bucket that is closed.</summary>
    public void Hear(ReadOnlySpan<VoiceCounter.Post> posts, long end)
    {
        if (posts.IsEmpty)
        {
            return;
        }

        Voices.Learn(posts, _voicesAt == long.MinValue ? 0 : Math.Max(0, end - _voicesAt));
        _voicesAt = Math.Max(_voicesAt, end);
        Unstored = true;
    }

    /// <summary>Keeps posts of a bucket that is closed, and takes out those that have become too old or too many.</summary>
    public void Keep(KeptBucket bucket, List<KeptBucket> gone)
    {
        _recent.Add(bucket);
        Unstored = true;
        for (var posts = _recent.Sum(kept => kept.Count); posts > MaxPosts || _recent[0].Start < bucket.Start - Kept; _recent.RemoveAt(0))
        {
            posts -= _recent[0].Count;
            gone.Add(_recent[0]);
        }
    }

    /// <summary>Learns what has become too old as usual; what is older still counts half after <paramref name="halfLife"/> ms.</summary>
    public void Learn(KeptBucket bucket, TopTerms terms, long halfLife)
    {
        if (bucket.IsUnusual)
        {
            return;
        }

        var passed = _usualAt == long.MinValue ? 0 : Math.Max(0, bucket.Start - _usualAt);
        Usual.Fade(Math.Pow(0.5, (double)passed / halfLife));
        terms.Learn(BrandUtf8, bucket.Read(), Usual);
        _usualAt = Math.Max(_usualAt, bucket.Start);
        Unstored = true;
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(_voicesAt);
        Voices.Write(writer);
        writer.WriteSigned(_usualAt);
        Usual.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        _voicesAt = reader.ReadSigned();
        Voices.Read(ref reader);
        _usualAt = reader.ReadSigned();
        Usual.Read(ref reader);
    }

    /// <summary>Takes in a stored bucket.</summary>
    public void Restore(KeptBucket bucket)
    {
        var place = _recent.FindIndex(kept => kept.Start >= bucket.Start);
        _recent.Insert(place < 0 ? _recent.Count : place, bucket);
    }
}

/// <summary>Posts kept of a closed bucket.</summary>
internal sealed class KeptBucket
{
    private byte[] _posts = [];

    /// <summary>The bucket's start, ms since 1970.</summary>
    public required long Start { get; init; }

    /// <summary>How many posts.</summary>
    public int Count { get; private set; }

    /// <summary>Part of an incident: not what is usual.</summary>
    public bool IsUnusual { get; set; }

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    public static KeptBucket Of(long start, List<EvidencePost> posts, StateWriter scratch)
    {
        scratch.Clear();
        posts.ForEach(post => post.Write(scratch));
        return new KeptBucket { Start = start, Count = posts.Count, _posts = scratch.Written.ToArray(), Unstored = true };
    }

    public List<EvidencePost> Read()
    {
        var posts = new List<EvidencePost>(Count);
        var reader = new StateReader(_posts);
        while (posts.Count < Count)
        {
            posts.Add(EvidencePost.Read(ref reader));
        }

        reader.End();
        return posts;
    }

    public void Write(StateWriter writer)
    {
        writer.WriteByte((byte)(IsUnusual ? 1 : 0));
        writer.WriteCount(Count);
        writer.WriteRaw(_posts);
    }

    /// <exception cref="FormatException">The bytes are damaged.</exception>
    public static KeptBucket Read(long start, ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var unusual = reader.ReadFlag();
        var count = (int)reader.ReadCount(BrandEvidence.PostsPerBucket);
        var bucket = new KeptBucket { Start = start, IsUnusual = unusual, Count = count, _posts = bytes[^reader.Left..].ToArray() };
        bucket.Read();
        return bucket;
    }
}
