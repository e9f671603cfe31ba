namespace StreamEngine.Text.MLNet;

/// <summary>A step that makes a vector of features.</summary>
internal abstract class VectorStage : Stage
{
    /// <summary>Number of slots.</summary>
    public abstract int Size { get; }

    /// <summary>Appends the features, their slots moved by <paramref name="offset"/>.</summary>
    public abstract void Emit(SparseVector target, int offset);
}

/// <summary>Counts n-grams: those of a dictionary, or all by hash.</summary>
internal abstract class GramStage(KeyStage source, int size, int length, int skips) : VectorStage
{
    private readonly uint[] _gram = new uint[length];

    public override int Size => size;

    protected SlotCounter Counter { get; } = new(size);

    public override void Run()
    {
        Count(source.Keys);
        Counter.Drain();
    }

    public override void Emit(SparseVector target, int offset)
    {
        var found = Counter.Slots;
        target.Append(found.Length, out var slots, out var values);
        for (var i = 0; i < slots.Length; i++)
            slots[i] = found[i] + offset;
        Weigh(found, Counter.Counts, values);
    }

    /// <summary>Shorter n-grams than this have no slots.</summary>
    protected virtual int LeastLength => 1;

    /// <summary>The slot of an n-gram, or -1.</summary>
    protected abstract int Find(ReadOnlySpan<uint> gram);

    /// <summary>Turns the counts of slots into values.</summary>
    protected virtual void Weigh(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = counts[i];
    }

    /// <summary>Counts the n-grams of all lengths that begin at each key.</summary>
    protected virtual void Count(ReadOnlySpan<uint> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            var window = keys[i..Math.Min(keys.Length, i + length + skips)];
            if (skips > 0)
            {
                _gram[0] = window[0];
                Add(_gram.AsSpan(0, 1));
                Extend(window, 1, 0);
                continue;
            }
            for (var l = LeastLength; l <= window.Length; l++)
                Add(window[..l]);
        }
    }

    private void Add(ReadOnlySpan<uint> gram)
    {
        if (Find(gram) is >= 0 and var slot)
            Counter.Add(slot);
    }

    /// <summary>Appends each key that can follow as number <paramref name="at"/> after <paramref name="skipped"/> left out.</summary>
    private void Extend(ReadOnlySpan<uint> window, int at, int skipped)
    {
        for (var k = skipped; at < length && k <= skips && at + k < window.Length; k++)
        {
            _gram[at] = window[at + k];
            Add(_gram.AsSpan(0, at + 1));
            Extend(window, at + 1, k);
        }
    }
}

/// <summary>Counts the n-grams of a dictionary.</summary>
internal sealed class DictionaryGramStage(KeyStage source, GramDictionary grams)
    : GramStage(source, grams.Slots, grams.Length, grams.Skips)
{
    private ulong[] _packed = new ulong[512];
    private int[] _slots = new int[512];

    protected override int Find(ReadOnlySpan<uint> gram) => grams.Counts(gram.Length) ? grams.Index.Find(gram) : -1;

    protected override void Weigh(ReadOnlySpan<int> slots, ReadOnlySpan<int> counts, Span<float> values)
    {
        if (grams.Weighting == GramWeighting.Count)
        {
            base.Weigh(slots, counts, values);
            return;
        }
        for (var i = 0; i < values.Length; i++)
            values[i] = grams.Weight(slots[i], counts[i]);
    }

    protected override void Count(ReadOnlySpan<uint> keys)
    {
        if (grams.Skips > 0 || !grams.Index.IsPacked)
        {
            base.Count(keys);
            return;
        }
        Grow(ref _packed, keys.Length);
        Grow(ref _slots, keys.Length);
        for (var length = 1; length <= grams.Length; length++)
        {
            if (grams.Counts(length))
                Counter.Add(_slots.AsSpan(0, grams.Index.FindAll(keys, length, _packed, _slots)));
        }
    }
}

/// <summary>Counts all n-grams, by hash.</summary>
internal sealed class HashedGramStage(KeyStage source, GramHash hash)
    : GramStage(source, hash.Slots, hash.Length, hash.Skips)
{
    protected override int LeastLength => hash.AllLengths ? 1 : hash.Length;

    protected override int Find(ReadOnlySpan<uint> gram) => hash.Slot(gram);
}

/// <summary>Divides a vector by its length.</summary>
internal sealed class ScaleStage(VectorStage source, NormKind norm, float scale) : VectorStage
{
    /// <summary>Below this factor ML.NET leaves values as they are.</summary>
    private const float LeastFactor = 1e-8f;

    public override int Size => source.Size;

    public override void Run()
    {
    }

    public override void Emit(SparseVector target, int offset)
    {
        var start = target.Count;
        source.Emit(target, offset);
        var values = target.Values[start..];
        if (values.IsEmpty)
            return;
        var length = norm switch
        {
            NormKind.L2 => MathF.Sqrt(LaneMath.SumOfSquares(values)),
            NormKind.L1 => LaneMath.Sum(values),
            _ => LaneMath.Greatest(values),
        };
        var factor = length > 0 ? scale / length : scale;
        if (factor < LeastFactor)
            factor = 1;
        LaneMath.Scale(values, factor);
    }
}

/// <summary>Puts vectors one after the other.</summary>
internal sealed class JoinStage(IReadOnlyList<VectorStage> sources) : VectorStage
{
    public override int Size { get; } = sources.Sum(source => source.Size);

    public override void Run()
    {
    }

    public override void Emit(SparseVector target, int offset)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            sources[i].Emit(target, offset);
            offset += sources[i].Size;
        }
    }
}
