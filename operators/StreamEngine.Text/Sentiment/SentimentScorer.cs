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
    private const int UnitsAtOnce = 128;

    private readonly SentimentModel _model;
    private readonly UnitCache _cache;
    private readonly Unit[] _units = new Unit[UnitsAtOnce];
    private readonly uint[] _clauseKeys = new uint[UnitsAtOnce * ClauseFeatures.MostPerUnit];
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
    }

    /// <summary>The model that scores.</summary>
    public SentimentModel Model => _model;

    /// <summary>Scores a post.</summary>
    /// <param name="utf8">The post in UTF-8; any bytes are allowed.</param>
    /// <param name="score">The probabilities of the three classes.</param>
    [SkipLocalsInit]
    public void Score(ReadOnlySpan<byte> utf8, out SentimentScore score)
    {
        var reader = new PostReader(utf8);
        var clauses = new ClauseFeatures();
        var sums = default(SentimentSums);
        Span<Unit> units = _units;
        int count;
        while ((count = reader.Read(units)) > 0)
            Add(utf8, units[..count], ref clauses, ref sums);
        _output.Probabilities(in sums, out score);
    }

    /// <summary>Scores a batch of posts that lie in one buffer.</summary>
    /// <param name="data">The buffer.</param>
    /// <param name="offsets">Where each post starts.</param>
    /// <param name="lengths">The length of each post in bytes.</param>
    /// <param name="negative">Receives the probabilities of negative; at least as long as <paramref name="offsets"/>, like the next two.</param>
    /// <param name="neutral">Receives the probabilities of neutral.</param>
    /// <param name="positive">Receives the probabilities of positive.</param>
    /// <exception cref="ArgumentException">The spans differ in length, or a post lies outside the buffer.</exception>
    public void Score(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths, Span<float> negative, Span<float> neutral, Span<float> positive)
    {
        var rows = offsets.Length;
        if (lengths.Length != rows || negative.Length < rows || neutral.Length < rows || positive.Length < rows)
            throw new ArgumentException($"Columns of a batch differ in length: {rows} offsets, {lengths.Length} lengths, room for {negative.Length}, {neutral.Length} and {positive.Length} probabilities.", nameof(lengths));
        for (var i = 0; i < rows; i++)
        {
            Score(data.Slice(offsets[i], lengths[i]), out var score);
            negative[i] = score.Negative;
            neutral[i] = score.Neutral;
            positive[i] = score.Positive;
        }
    }

    [SkipLocalsInit]
    private unsafe void Add(ReadOnlySpan<byte> text, ReadOnlySpan<Unit> units, ref ClauseFeatures clauses, ref SentimentSums sums)
    {
        foreach (ref readonly var unit in units)
            _cache.Prefetch(unit.Key);
        var keys = 0;
        Span<uint> clauseKeys = _clauseKeys;
        ref var table = ref MemoryMarshal.GetArrayDataReference(_clauses);
        var mask = (uint)_clauses.Length - 1;
        var entries = stackalloc CachedUnit*[UnitsAtOnce];
        var found = 0;
        foreach (ref readonly var unit in units)
        {
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
                entry = _cache.Fetch(in unit, text);
            }
            entries[found++] = entry;
            var added = clauses.Next(entry->Word, entry->Negates != 0, unit.Kind, unit.Flags, clauseKeys.Slice(keys, ClauseFeatures.MostPerUnit));
            for (var end = keys + added; keys < end; keys++)
                Prefetch(ref Unsafe.Add(ref table, clauseKeys[keys] & mask));
        }
        sums.Add(entries, found);
        foreach (var key in clauseKeys[..keys])
        {
            var slot = key & mask;
            ulong clause;
            while ((clause = Unsafe.Add(ref table, slot)) != 0)
            {
                if ((uint)clause == key)
                {
                    sums.AddClause(clause);
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref ulong slot)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slot));
    }
}
