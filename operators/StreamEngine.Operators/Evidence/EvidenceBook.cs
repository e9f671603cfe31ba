using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The evidence behind the counts of <c>spikes</c>, for all brands of a task: how many voices there are in a bucket, and which terms and
/// posts an alert tells.
/// </summary>
internal sealed class EvidenceBook
{
    /// <summary>The most posts of an open bucket that an alert looks at.</summary>
    private const int PostsPerOpenBucket = 64;

    private readonly VoiceCounter _counter;
    private readonly TopTerms _terms = new();
    private readonly long _halfLife;
    private readonly Dictionary<string, BrandEvidence> _brands = new(StringComparer.Ordinal);
    private readonly List<BrandEvidence> _changed = [];
    private readonly List<KeptBucket> _gone = [];
    private readonly PendingDeletes _deletes = new();
    private readonly StateWriter _key = new();
    private readonly StateWriter _value = new();

    /// <param name="context">The operator's.</param>
    /// <param name="weights">How much copies and repetitions count.</param>
    /// <param name="halfLife">After how many ms the usual terms count half.</param>
    public EvidenceBook(OperatorContext context, VoiceWeights weights, long halfLife)
    {
        (_counter, _halfLife) = (new VoiceCounter(weights), halfLife);
        context.Task.Keep(new CodedTable(context.OperatorId, "evidence", 1, WriteBrands, ReadBrand));
        context.Task.Keep(new CodedTable(context.OperatorId, "posts", 1, WritePosts, ReadPosts));
    }

    /// <summary>The tables that it keeps.</summary>
    public static IEnumerable<StateTableDeclaration> State =>
    [
        new("evidence", 1, "brand → who wrote its last negative posts, and their usual terms"),
        new("posts", 1, "(brand, bucket) → some negative posts of the last hour"),
    ];

    /// <summary>The voices in a bucket that is open.</summary>
    public Voices Count(string brand, OpenBucket bucket) => _counter.Count(bucket, Of(brand).Voices);

    /// <summary>Takes in a bucket that is closed.</summary>
    /// <param name="brand">The brand.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="size">Its length in ms.</param>
    /// <param name="inIncident">Whether an incident is on: its posts are not what is usual.</param>
    public void Close(string brand, OpenBucket bucket, long size, bool inIncident)
    {
        var evidence = Of(brand);
        _counter.Count(bucket, evidence.Voices);
        evidence.Hear(_counter.Posts, (bucket.Index + 1) * size);
        var posts = EvidencePost.Draw(bucket, BrandEvidence.PostsPerBucket);
        if (posts.Count > 0)
        {
            var kept = KeptBucket.Of(bucket.Index * size, posts, _value);
            kept.IsUnusual = inIncident;
            evidence.Keep(kept, _gone);
            foreach (var old in _gone)
            {
                evidence.Learn(old, _terms, _halfLife);
                _deletes.Add(PostsKey(evidence, old));
            }

            _gone.Clear();
        }

        Changed(evidence);
    }

    /// <summary>Notes that an incident is on since <paramref name="from"/>.</summary>
    public void MarkUnusual(string brand, long from)
    {
        var evidence = Of(brand);
        foreach (var bucket in evidence.Recent.Where(bucket => bucket.Start >= from && !bucket.IsUnusual))
        {
            (bucket.IsUnusual, bucket.Unstored) = (true, true);
            Changed(evidence);
        }
    }

    /// <summary>What an alert tells of the posts of a time.</summary>
    /// <param name="brand">The brand.</param>
    /// <param name="from">Start of the first bucket looked at, ms since 1970.</param>
    /// <param name="to">End of the last one.</param>
    /// <param name="open">The brand's open buckets.</param>
    /// <param name="size">The length of a bucket in ms.</param>
    public AlertEvidence Tell(string brand, long from, long to, IEnumerable<OpenBucket> open, long size)
    {
        var evidence = Of(brand);
        List<EvidencePost> posts =
        [
            .. evidence.Recent.Where(bucket => bucket.Start >= from && bucket.Start < to).SelectMany(bucket => bucket.Read()),
            .. open.Where(bucket => bucket.Index * size >= from && bucket.Index * size < to).SelectMany(bucket => EvidencePost.Draw(bucket, PostsPerOpenBucket)),
        ];
        List<EvidencePost> earlier = [.. evidence.Recent.Where(bucket => bucket.Start < from && !bucket.IsUnusual).SelectMany(bucket => bucket.Read())];
        var terms = _terms.Choose(evidence.BrandUtf8, posts, earlier, evidence.Usual);
        var voices = _counter.Count(posts);
        return new AlertEvidence(terms, SamplePosts.Choose(posts, terms, _terms), voices.DuplicateShare, voices.AuthorShare);
    }

    private BrandEvidence Of(string brand)
    {
        if (!_brands.TryGetValue(brand, out var evidence))
        {
            _brands[brand] = evidence = new BrandEvidence(brand);
        }

        return evidence;
    }

    private void Changed(BrandEvidence evidence)
    {
        if (_changed.Count == 0 || _changed[^1] != evidence)
        {
            _changed.Add(evidence);
        }
    }

    private void WriteBrands(IStateChanges changes)
    {
        foreach (var evidence in _changed.Where(evidence => evidence.Unstored))
        {
            _value.Clear();
            evidence.Write(_value);
            changes.Put(evidence.BrandUtf8, _value.Written);
            evidence.Unstored = false;
        }
    }

    private void ReadBrand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(value);
        Of(System.Text.Encoding.UTF8.GetString(key)).Read(ref reader);
        reader.End();
    }

    private void WritePosts(IStateChanges changes)
    {
        _deletes.WriteTo(changes);
        foreach (var evidence in _changed)
        {
            foreach (var bucket in evidence.Recent.Where(bucket => bucket.Unstored))
            {
                _value.Clear();
                bucket.Write(_value);
                changes.Put(PostsKey(evidence, bucket), _value.Written);
                bucket.Unstored = false;
            }
        }

        _changed.Clear();
    }

    private void ReadPosts(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var reader = new StateReader(key);
        var brand = reader.ReadString();
        var start = reader.ReadSigned();
        reader.End();
        Of(brand).Restore(KeptBucket.Read(start, value));
    }

    private ReadOnlySpan<byte> PostsKey(BrandEvidence evidence, KeptBucket bucket)
    {
        _key.Clear();
        _key.WriteText(evidence.BrandUtf8);
        _key.WriteSigned(bucket.Start);
        return _key.Written;
    }
}
