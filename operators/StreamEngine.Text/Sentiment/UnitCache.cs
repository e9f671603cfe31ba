using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Sentiment;

/// <summary>A unit's features summed up: two cache lines.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal unsafe struct CachedUnit
{
    /// <summary><see cref="Unit.Key"/>; 0 where the entry is free.</summary>
    public ulong Key;

    /// <summary>The folded word's own key.</summary>
    public uint Word;

    /// <summary>The sum of the squared frequencies of its known features.</summary>
    public int Square;

    /// <summary>What it adds to the classes, in steps of <see cref="SentimentWeights.ClassStep"/>; the fourth is 0.</summary>
    public fixed short Classes[4];

    /// <summary>1 for a negation.</summary>
    public int Negates;

    private int _unused;

    /// <summary>What it adds to the hidden units, in steps of <see cref="SentimentWeights.HiddenStep"/>; zeros behind the last.</summary>
    public fixed short Hidden[SentimentWeights.MaxHidden];
}

/// <summary>
/// The units met so far with their features summed, in a table of fixed size: two places per unit, of which the older
/// gives way. Where a unit is not there its sums are worked out from the model, so that what is cached never shows
/// in a score.
/// </summary>
internal sealed unsafe class UnitCache
{
    private const int CapacityBits = 17;

    /// <summary>Entries: 16 MB.</summary>
    private const int Capacity = 1 << CapacityBits;

    private readonly SentimentModel _model;
    private readonly byte[] _memory;
    private readonly CachedUnit* _entries;
    private readonly MissingUnits _missing;

    public UnitCache(SentimentModel model)
    {
        _model = model;
        _memory = GC.AllocateArray<byte>((Capacity * sizeof(CachedUnit)) + 128, pinned: true);
        HugePages.Advise(_memory);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _entries = (CachedUnit*)((start + 127) & ~(nuint)127);
        _missing = new MissingUnits(model.Features);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong key)
    {
        if (!Sse.IsSupported)
            return;
        var entry = (byte*)(_entries + Index(key));
        Sse.Prefetch0(entry);
        Sse.Prefetch0(entry + 64);
    }

    /// <summary>The sums of a unit that is no break. The reference holds until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly CachedUnit Get(in Unit unit, ReadOnlySpan<byte> text)
    {
        var entry = Find(unit.Key);
        return ref *(entry != null ? entry : Fetch(new ReadOnlySpan<Unit>(in unit), text));
    }

    /// <summary>The sums of a unit that is in the cache; null where it is not. The pointer holds until others are fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CachedUnit* Find(ulong key)
    {
        var entry = _entries + Index(key);
        if (entry->Key == key)
            return entry;
        entry = _entries + (Index(key) ^ 1);
        return entry->Key == key ? entry : null;
    }

    /// <summary>
    /// Works out the sums of those units that are not in the cache, of which the first is one, and puts them there; others may move or give
    /// way, also one of these for another, but not the first.
    /// </summary>
    /// <returns>The first unit's.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CachedUnit* Fetch(ReadOnlySpan<Unit> units, ReadOnlySpan<byte> text)
    {
        _missing.Clear();
        foreach (ref readonly var unit in units)
        {
            if (unit.Kind != UnitKind.Break && Find(unit.Key) == null && !_missing.TryAdd(in unit, text))
                break;
        }
        _missing.Find();
        // The first one last, so that no other takes its place.
        for (var i = _missing.Count - 1; i >= 0; i--)
        {
            ref readonly var unit = ref _missing[i];
            if (Find(unit.Key) != null)
                continue; // twice in the post
            var entry = _entries + Index(unit.Key);
            _entries[Index(unit.Key) ^ 1] = *entry;
            entry->Key = unit.Key;
            _missing.Sum(i, ref *entry, _model.Weights);
        }
        return Find(units[0].Key);
    }

    // The high bits of a key are mixed best.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Index(ulong key) => (nuint)(key >> (64 - CapacityBits));
}
