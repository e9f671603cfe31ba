using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>
/// Counts the voices in a bucket from the samples of its parts. A sample post stands for negative/kept posts of its part. Posts that nobody
/// repeats count fully; an author counts once and its further posts by <see cref="VoiceWeights.Repeat"/>, a text once and its near-copies by
/// <see cref="VoiceWeights.Copy"/>. Where a sample holds all posts the count is exact; else it is an estimate: an author or text that is
/// frequent is seen more than once in it.
/// </summary>
internal sealed class VoiceCounter(VoiceWeights weights)
{
    /// <summary>The most posts that are compared with each other; of more, as many are taken by lot.</summary>
    public const int MaxPosts = 256;

    private const int LoudestAuthors = 3;

    private readonly VoiceMemory _nobody = new();
    private Post[] _posts = new Post[64];
    private int _count;
    private long _negative;
    private double _untold;

    /// <summary>The posts that were compared last.</summary>
    public ReadOnlySpan<Post> Posts => _posts.AsSpan(0, _count);

    /// <summary>Counts a bucket's voices, given those before it.</summary>
    public Voices Count(OpenBucket bucket, VoiceMemory before)
    {
        Read(bucket);
        return Count(before);
    }

    /// <summary>Counts the voices in posts drawn from several buckets, each of which stands for itself.</summary>
    public Voices Count(IReadOnlyList<EvidencePost> posts)
    {
        (_count, _negative, _untold) = (0, posts.Count, 0);
        foreach (var post in posts)
        {
            Add(new Post(post.Author, post.Signature, 0, 1));
        }

        return Count(_nobody);
    }

    private Voices Count(VoiceMemory before)
    {
        var (counted, copied, all) = (_untold, 0.0, _untold);
        for (var i = 0; i < _count; i++)
        {
            ref var post = ref _posts[i];
            var (isRepeat, isCopy) = before.Knows(post.Author, post.Signature);
            var (comesAgain, isCopied) = (false, false);
            for (var j = 0; j < _count; j++)
            {
                if (j != i)
                {
                    var sameAuthor = post.Author != 0 && post.Author == _posts[j].Author;
                    var sameText = TextSignature.AreCopies(post.Signature, _posts[j].Signature);
                    (isRepeat, comesAgain) = (isRepeat || (sameAuthor && j < i), comesAgain || sameAuthor);
                    (isCopy, isCopied) = (isCopy || (sameText && j < i), isCopied || sameText);
                }
            }

            var weight = comesAgain || isRepeat ? weights.Repeat : isCopied || isCopy ? weights.Copy : 1;
            counted += isRepeat || isCopy ? weight * post.StandsFor : 1 + (weight * (post.StandsFor - 1));
            copied += isCopied || isCopy ? post.StandsFor : 0;
            all += post.StandsFor;
        }

        return all == 0 ? default : new Voices(_negative, Math.Min(counted, _negative), copied / all, LoudestShare(all));
    }

    private void Read(OpenBucket bucket)
    {
        (_count, _negative, _untold) = (0, 0, 0);
        foreach (var part in bucket.Parts.Values)
        {
            var first = _count;
            var reader = new EvidenceReader(part.Evidence);
            while (reader.NextPost(out var post))
            {
                Add(new Post(post.Author, post.Signature, Hash64.Mix(post.Priority), 0));
            }

            _negative += part.Negative;
            _untold += _count == first ? part.Negative : 0;
            foreach (ref var post in _posts.AsSpan(first.._count))
            {
                post = post with { StandsFor = (double)part.Negative / (_count - first) };
            }
        }

        // The parts come in no order that a restart would keep.
        var posts = _posts.AsSpan(0, _count);
        posts.Sort(static (a, b) => a.Lot.CompareTo(b.Lot));
        if (_count > MaxPosts)
        {
            foreach (ref var post in posts)
            {
                post = post with { StandsFor = post.StandsFor * _count / MaxPosts };
            }

            _count = MaxPosts;
        }
    }

    private void Add(Post post)
    {
        if (_count == _posts.Length)
        {
            Array.Resize(ref _posts, _count * 2);
        }

        _posts[_count++] = post;
    }

    private double LoudestShare(double all)
    {
        Span<double> loudest = stackalloc double[LoudestAuthors];
        for (var i = 0; i < _count; i++)
        {
            var author = _posts[i].Author;
            var (posts, isFirst) = (0.0, author != 0);
            for (var j = 0; j < _count && isFirst; j++)
            {
                isFirst = j >= i || _posts[j].Author != author;
                posts += _posts[j].Author == author ? _posts[j].StandsFor : 0;
            }

            for (var place = 0; place < LoudestAuthors && isFirst; place++)
            {
                if (posts > loudest[place])
                {
                    (loudest[place], posts) = (posts, loudest[place]);
                }
            }
        }

        return Math.Min(1, (loudest[0] + loudest[1] + loudest[2]) / all);
    }

    /// <summary>A sample post as far as it is compared.</summary>
    /// <param name="Author">Hash of its author; 0 where unknown.</param>
    /// <param name="Signature">Its text's <see cref="TextSignature"/>.</param>
    /// <param name="Lot">Its place in an order that is as good as drawn by lot.</param>
    /// <param name="StandsFor">How many negative posts it stands for, itself included; at least 1.</param>
    internal readonly record struct Post(ulong Author, ulong Signature, ulong Lot, double StandsFor);
}
