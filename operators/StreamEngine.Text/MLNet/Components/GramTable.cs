using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Slots by a 64-bit key, open addressing; key and slot share one 64-bit entry. N-grams are added in the order of
/// their slots, so that frequent ones (first seen, low slots) stand where their hash points. Lookups come in bulk and
/// without branches on what was found: those would be mispredicted every few n-grams.
/// </summary>
internal sealed class GramTable
{
    private const int Nothing = -1;
    private const ulong Empty = ulong.MaxValue;
    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>From this size on a table does not stay in the caches, and a filter in front of it pays.</summary>
    private const int FilteredEntries = 1 << 16;

    private readonly ulong[] _entries;
    private readonly ulong[] _filter;
    private readonly int _slotBits;
    private readonly int _shift;
    private readonly int _filterShift;

    /// <summary>Makes an empty table.</summary>
    /// <param name="count">How many n-grams will be added.</param>
    /// <param name="slotBits">Bits that hold any slot.</param>
    public GramTable(int count, int slotBits)
    {
        // Three of four places are taken at most, and one is free: it ends the search for what is not there.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(count + count / 3L + 2));
        _entries = new ulong[size];
        _entries.AsSpan().Fill(Empty);
        _slotBits = slotBits;
        _shift = 64 - BitOperations.Log2((uint)size);
        // Eight bits for each place let about one in ten absent n-grams through.
        _filter = size < FilteredEntries ? [] : new ulong[size / 8];
        _filterShift = _shift - 3;
    }

    /// <summary>Whether keys of so many bits fit beside a slot, with one bit to spare: no entry looks empty.</summary>
    public static bool Holds(int keyBits, int slotBits) => keyBits + slotBits < 64;

    /// <summary>Adds a key that is not there yet.</summary>
    public void Add(ulong key, int slot)
    {
        var hash = key * Factor;
        var at = (int)(hash >> _shift);
        while (_entries[at] != Empty)
            at = (at + 1) & (_entries.Length - 1);
        _entries[at] = (key << _slotBits) | (uint)slot;
        if (_filter.Length > 0)
            _filter[hash >> _filterShift >> 6] |= 1UL << (int)(hash >> _filterShift);
    }

    /// <summary>The slot of a key, or -1.</summary>
    public int Find(ulong key) => FindFrom(key, (int)((key * Factor) >> _shift));

    /// <summary>
    /// Replaces keys by the slots of those that are there, in no particular order; returns how many.
    /// <paramref name="slots"/> is as long as <paramref name="keys"/>, whose contents are lost.
    /// </summary>
    public int FindAll(Span<ulong> keys, Span<int> slots)
    {
        if (_filter.Length > 0)
            keys = keys[..Filter(keys)];
        slots = slots[..keys.Length];
        var entries = _entries;
        var slotBits = _slotBits;
        var shift = _shift;
        var found = 0;
        var displaced = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            var entry = entries[(key * Factor) >> shift];
            var isKey = entry >> slotBits == key;
            slots[found] = (int)(entry & ((1UL << slotBits) - 1));
            keys[displaced] = key;
            found += isKey ? 1 : 0;
            displaced += isKey | entry == Empty ? 0 : 1;
        }
        foreach (var key in keys[..displaced])
        {
            if (FindFrom(key, (int)((key * Factor) >> shift) + 1) is >= 0 and var slot)
                slots[found++] = slot;
        }
        return found;
    }

    /// <summary>Moves the keys that may be there to the front; returns how many.</summary>
    private int Filter(Span<ulong> keys)
    {
        var filter = _filter;
        var shift = _filterShift;
        var kept = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            var bit = (key * Factor) >> shift;
            keys[kept] = key;
            kept += (int)(filter[bit >> 6] >> (int)bit) & 1;
        }
        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindFrom(ulong key, int at)
    {
        for (; ; at++)
        {
            var entry = _entries[at & (_entries.Length - 1)];
            if (entry == Empty)
                return Nothing;
            if (entry >> _slotBits == key)
                return (int)(entry & ((1UL << _slotBits) - 1));
        }
    }
}
