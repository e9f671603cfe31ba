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
    private int[] _slots = new int[256];
    private int[] _counts = new int[256];
    private int _touched;

    public override int Size => size;

    protected SlotCounter Counter { get; } = new(size);

    public override void Run()
    {
        Count(source.Keys);
        Grow(ref _slots, Counter.Added);
        Grow(ref _counts, Counter.Added);
        _touched = Counter.Drain(_slots, _counts);
    }

    public override void Emit(SparseVector target, int offset)
    {
        target.Append(_touched, out var slots, out var values);
        for (var i = 0; i < _touched; i++)
        {
            slots[i] = _slots[i] + offset;
            values[i] = Weight(_slots[i], _counts[i]);
        }
    }

    /// <summary>The slot of an n-gram, or -1.</summary>
    protected abstract int Find(ReadOnlySpan<uint> gram);

    protected virtual float Weight(int slot, int count) => count;

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
            for (var l = 1; l <= window.Length; l++)
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
    protected override int Find(ReadOnlySpan<uint> gram) => grams.Counts(gram.Length) ? grams.Index.Find(gram) : -1;

    protected override float Weight(int slot, int count) => grams.Weight(slot, count);

    protected override void Count(ReadOnlySpan<uint> keys)
    {
        if (grams.Skips > 0 || !grams.Index.IsPacked)
        {
            base.Count(keys);
            return;
        }
        for (var length = 1; length <= grams.Length; length++)
        {
            if (grams.Counts(length))
                grams.Index.CountAll(keys, length, Counter);
        }
    }
}

/// <summary>Counts all n-grams, by hash.</summary>
internal sealed class HashedGramStage(KeyStage source, GramHash hash)
    : GramStage(source, hash.Slots, hash.Length, hash.Skips)
{
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
