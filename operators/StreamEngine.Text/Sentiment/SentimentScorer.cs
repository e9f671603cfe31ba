using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// Scores posts with a <see cref="SentimentModel"/>. One per thread: it holds the cache of words already summed. What
/// it answers depends on the post alone, never on what was scored before or on the size of batches. It allocates
/// nothing after construction.
/// </summary>
public sealed class SentimentScorer
{
    /// <summary>How many posts of a batch are under way at once: read, summed, finished.</summary>
    private const int Stages = 3;

    private readonly SentimentModel _model;
    private readonly UnitCache _cache;
    private readonly UnitReader _reader = new();
    private readonly PostUnits[] _posts = new PostUnits[Stages];
    private readonly ulong[] _clauses;
    private readonly SentimentOutput _output;

    /// <summary>Makes a scorer with an empty cache.</summary>
    /// <param name="model">The model; it may be shared.</param>
    public SentimentScorer(SentimentModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _cache = new UnitCache(model);
        _clauses = model.Clauses;
        HugePages.Advise(_clauses);
        _output = new SentimentOutput(model.Weights);
        for (var i = 0; i < Stages; i++)
            _posts[i] = new PostUnits();
    }

    /// <summary>The model that scores.</summary>
    public SentimentModel Model => _model;

    internal UnitCache Cache => _cache;

    internal SentimentOutput Output => _output;

    /// <summary>Scores a post.</summary>
    /// <param name="utf8">The post in UTF-8; any bytes are allowed.</param>
    /// <param name="score">The probabilities of the three classes.</param>
    public void Score(ReadOnlySpan<byte> utf8, out SentimentScore score)
    {
        var post = _posts[0];
        Read(post, utf8);
        Sum(post, utf8);
        Finish(post, out score);
    }

    /// <summary>Scores a batch of posts that lie in one buffer.</summary>
    /// <param name="data">The buffer.</param>
    /// <param name="offsets">Where each post starts.</param>
    /// <param name="lengths">The length of each post in bytes; -1 counts as 0.</param>
    /// <param name="negative">Receives the probabilities of negative; at least as long as <paramref name="offsets"/>, like the next two.</param>
    /// <param name="neutral">Receives the probabilities of neutral.</param>
    /// <param name="positive">Receives the probabilities of positive.</param>
    /// <exception cref="ArgumentException">The spans differ in length, or a post lies outside the buffer.</exception>
    /// <remarks>Each post waits for memory twice: for its words' sums and for its pairs. Meanwhile its neighbours are worked on.</remarks>
    public void Score(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths, Span<float> negative, Span<float> neutral, Span<float> positive)
    {
        var rows = offsets.Length;
        if (lengths.Length != rows || negative.Length < rows || neutral.Length < rows || positive.Length < rows)
            throw new ArgumentException($"Columns of a batch differ in length: {rows} offsets, {lengths.Length} lengths, room for {negative.Length}, {neutral.Length} and {positive.Length} probabilities.", nameof(lengths));
        var (first, second, third) = (_posts[0], _posts[1], _posts[2]);
        for (var i = 0; i < rows + 2; i++)
        {
            if (i < rows)
                Read(first, data.Slice(offsets[i], Math.Max(lengths[i], 0)));
            if (i >= 1 && i <= rows)
                Sum(second, data.Slice(offsets[i - 1], Math.Max(lengths[i - 1], 0)));
            if (i >= 2)
            {
                Finish(third, out var score);
                negative[i - 2] = score.Negative;
                neutral[i - 2] = score.Neutral;
                positive[i - 2] = score.Positive;
            }

            (first, second, third) = (third, first, second);
        }
    }

    /// <summary>Reads a post's first units and asks for their sums.</summary>
    private void Read(PostUnits post, ReadOnlySpan<byte> text)
    {
        post.Count = _reader.Read(text, post.Units);
        post.Continued = post.Count == PostUnits.AtOnce;
        Prefetch(post.Units.AsSpan(0, post.Count));
    }

    private void Prefetch(ReadOnlySpan<Unit> units)
    {
        foreach (ref readonly var unit in units)
            _cache.Prefetch(unit.Key);
    }

    /// <summary>Sums a post's units and asks for its clause features; a long post is summed to its end.</summary>
    [SkipLocalsInit]
    private void Sum(PostUnits post, ReadOnlySpan<byte> text)
    {
        var clauses = new ClauseFeatures();
        var sums = default(SentimentSums);
        post.Keys = Sum(post.Units.AsSpan(0, post.Count), text, post.ClauseKeys, ref clauses, ref sums);
        if (post.Continued)
            SumRest(post, text, ref clauses, ref sums);
        post.Sums = sums;
    }

    [SkipLocalsInit]
    private unsafe int Sum(ReadOnlySpan<Unit> units, ReadOnlySpan<byte> text, Span<uint> clauseKeys, ref ClauseFeatures clauses, ref SentimentSums sums)
    {
        var keys = 0;
        ref var table = ref MemoryMarshal.GetArrayDataReference(_clauses);
        var mask = (uint)_clauses.Length - 1;
        var entries = stackalloc CachedUnit*[PostUnits.AtOnce];
        var found = 0;
        for (var i = 0; i < units.Length; i++)
        {
            ref readonly var unit = ref units[i];
            if (unit.Kind == UnitKind.Break)
            {
                clauses.Next(0, false, UnitKind.Break, TokenFlags.None, default);
                continue;
            }
            var entry = _cache.Find(unit.Key);
            if (entry == null)
            {
                sums.Add(entries, found);
                found = 0;
                entry = _cache.Fetch(units[i..], text);
            }
            entries[found++] = entry;
            var added = clauses.Next(entry->Word, entry->Negates != 0, unit.Kind, unit.Flags, clauseKeys.Slice(keys, ClauseFeatures.MostPerUnit));
            for (var end = keys + added; keys < end; keys++)
                Prefetch(ref Unsafe.Add(ref table, clauseKeys[keys] & mask));
        }
        sums.Add(entries, found);
        return keys;
    }

    private void SumRest(PostUnits post, ReadOnlySpan<byte> text, ref ClauseFeatures clauses, ref SentimentSums sums)
    {
        AddClauses(post.ClauseKeys.AsSpan(0, post.Keys), ref sums);
        post.Keys = 0;
        var reader = new PostReader(text);
        reader.Read(post.Units);
        int count;
        while ((count = reader.Read(post.Units)) > 0)
        {
            var units = post.Units.AsSpan(0, count);
            Prefetch(units);
            var keys = Sum(units, text, post.ClauseKeys, ref clauses, ref sums);
            AddClauses(post.ClauseKeys.AsSpan(0, keys), ref sums);
        }
    }

    private void Finish(PostUnits post, out SentimentScore score)
    {
        AddClauses(post.ClauseKeys.AsSpan(0, post.Keys), ref post.Sums);
        _output.Probabilities(in post.Sums, out score);
    }

    private void AddClauses(ReadOnlySpan<uint> clauseKeys, ref SentimentSums sums)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_clauses);
        var mask = (uint)_clauses.Length - 1;
        foreach (var key in clauseKeys)
        {
            var slot = key & mask;
            var clause = Unsafe.Add(ref table, slot);
            // Whether a pair is known cannot be foreseen, so both are one way: the empty entry that an unknown one ends at adds nothing.
            while (((uint)clause != key) & (clause != 0))
            {
                slot = (slot + 1) & mask;
                clause = Unsafe.Add(ref table, slot);
            }
            sums.AddClause(clause);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref ulong slot)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slot));
    }

    /// <summary>A post on its way: its units (of a long one, those read last), its clause features' keys, its sums.</summary>
    private sealed class PostUnits
    {
        public const int AtOnce = 128;

        public readonly Unit[] Units = new Unit[AtOnce];
        public readonly uint[] ClauseKeys = new uint[AtOnce * ClauseFeatures.MostPerUnit];
        public SentimentSums Sums;
        public int Count;
        public int Keys;
        public bool Continued;
    }
}
