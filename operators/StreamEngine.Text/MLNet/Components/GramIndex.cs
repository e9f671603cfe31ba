using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Finds the slot of an n-gram. Where the keys of one n-gram fit into 64 bits side by side (nearly always), the packed
/// keys are looked up as they are; otherwise a hash of them, and the keys behind it are compared. Either way the
/// answer is exact. There is one table per length, so that (0, k) and (k) differ.
/// </summary>
internal sealed class GramIndex
{
    private const int Nothing = -1;
    private const ulong Factor = 0x9E3779B97F4A7C15;
    private readonly uint[] _keys;
    private readonly int[] _starts;
    private readonly Table[] _tables;

    private GramIndex(uint[] keys, int[] starts, int length)
    {
        _keys = keys;
        _starts = starts;
        MaxKey = keys.Length == 0 ? 0 : keys.Max();
        KeyBits = Math.Max(1, 32 - BitOperations.LeadingZeroCount(MaxKey));
        IsPacked = KeyBits * length <= 64;
        var counts = new int[length];
        for (var i = 0; i < Count; i++)
            counts[starts[i + 1] - starts[i] - 1]++;
        _tables = Array.ConvertAll(counts, count => new Table(count));
    }

    /// <summary>Number of n-grams.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Whether n-grams are looked up by their packed keys.</summary>
    public bool IsPacked { get; }

    /// <summary>Bits that one key takes when packed; a key that needs more is in no n-gram.</summary>
    public int KeyBits { get; }

    /// <summary>Greatest key in any n-gram.</summary>
    public uint MaxKey { get; }

    /// <summary>Makes the index; fails on an n-gram that stands there twice.</summary>
    public static bool TryMake(uint[] keys, int[] starts, int length, [NotNullWhen(true)] out GramIndex? index, out int twice)
    {
        var made = new GramIndex(keys, starts, length);
        for (twice = 0; twice < made.Count; twice++)
        {
            if (!made.TryAdd(twice))
            {
                index = null;
                return false;
            }
        }
        index = made;
        return true;
    }

    /// <summary>The slot of the n-gram of these keys, or -1.</summary>
    public int Find(ReadOnlySpan<uint> keys)
    {
        if (!IsPacked)
            return _tables[keys.Length - 1].Find(Hash(keys), keys, this);
        ulong packed = 0;
        foreach (var key in keys)
        {
            if (key > MaxKey)
                return Nothing;
            packed = (packed << KeyBits) | key;
        }
        return _tables[keys.Length - 1].Find(packed);
    }

    /// <summary>Counts all n-grams of <paramref name="length"/> neighbouring keys. Only where <see cref="IsPacked"/>.</summary>
    public void CountAll(ReadOnlySpan<uint> keys, int length, SlotCounter counter)
    {
        var table = _tables[length - 1];
        var bits = KeyBits;
        var maxKey = MaxKey;
        var mask = bits * length == 64 ? ulong.MaxValue : (1UL << (bits * length)) - 1;
        ulong packed = 0;
        var run = 0;
        foreach (var key in keys)
        {
            if (key > maxKey)
            {
                run = 0;
                continue;
            }
            packed = ((packed << bits) | key) & mask;
            if (++run >= length && table.Find(packed) is >= 0 and var slot)
                counter.Add(slot);
        }
    }

    private bool TryAdd(int slot)
    {
        var keys = Keys(slot);
        if (Find(keys) >= 0)
            return false;
        var key = Hash(keys);
        if (IsPacked)
        {
            key = 0;
            foreach (var k in keys)
                key = (key << KeyBits) | k;
        }
        _tables[keys.Length - 1].Add(key, slot);
        return true;
    }

    private ReadOnlySpan<uint> Keys(int slot) => _keys.AsSpan(_starts[slot], _starts[slot + 1] - _starts[slot]);

    private static ulong Hash(ReadOnlySpan<uint> keys)
    {
        var hash = Factor;
        foreach (var key in keys)
        {
            hash = (hash ^ key) * Factor;
            hash ^= hash >> 32;
        }
        return hash;
    }

    /// <summary>Open addressing, at most half full.</summary>
    private sealed class Table
    {
        private readonly Entry[] _entries;
        private readonly int _shift;

        public Table(int count)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * count, 2));
            _entries = new Entry[size];
            _entries.AsSpan().Fill(new Entry(0, Nothing));
            _shift = 64 - BitOperations.Log2((uint)size);
        }

        public void Add(ulong key, int slot)
        {
            var at = Place(key);
            while (_entries[at].Slot != Nothing)
                at = (at + 1) & (_entries.Length - 1);
            _entries[at] = new Entry(key, slot);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Find(ulong key)
        {
            var entries = _entries;
            for (var at = Place(key); ; at = (at + 1) & (entries.Length - 1))
            {
                ref var entry = ref entries[at];
                if (entry.Key == key || entry.Slot == Nothing)
                    return entry.Slot;
            }
        }

        public int Find(ulong hash, ReadOnlySpan<uint> keys, GramIndex index)
        {
            for (var at = Place(hash); ; at = (at + 1) & (_entries.Length - 1))
            {
                var entry = _entries[at];
                if (entry.Slot == Nothing || (entry.Key == hash && index.Keys(entry.Slot).SequenceEqual(keys)))
                    return entry.Slot;
            }
        }

        private int Place(ulong key) => (int)((key * Factor) >> _shift);

        private readonly record struct Entry(ulong Key, int Slot);
    }
}
