using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Finds the slots of n-grams, exactly. There is one table per length, so that (0, k) and (k) differ. Keys packed side
/// by side identify an n-gram where they and the slot fit into 64 bits (nearly always); otherwise a hash finds it and
/// its keys are compared.
/// </summary>
internal sealed class GramIndex
{
    private const int Nothing = -1;
    private readonly GramList _grams;
    private readonly GramTable[] _tables;
    private readonly CommonGrams?[] _common;
    private readonly int[] _singles;
    private readonly Dictionary<ulong, int> _firstByHash = [];
    private readonly int[] _nextByHash;
    private readonly int _keyBits;
    private readonly uint _maxKey;

    private GramIndex(GramList grams, int length)
    {
        _grams = grams;
        _maxKey = grams.Keys.Length == 0 ? 0 : grams.Keys.Max();
        _keyBits = Math.Max(1, 32 - BitOperations.LeadingZeroCount(_maxKey));
        var slotBits = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)Count));
        IsPacked = GramTable.Holds(_keyBits * length, slotBits);
        _nextByHash = IsPacked ? [] : new int[Count];
        var counts = new int[length];
        for (var slot = 0; slot < Count; slot++)
            counts[grams[slot].Length - 1]++;
        _tables = IsPacked ? Array.ConvertAll(counts, count => new GramTable(count, slotBits)) : [];
        _common = new CommonGrams?[length];
        _singles = IsPacked && counts[0] > _maxKey / 4 ? new int[_maxKey + 1] : [];
        _singles.AsSpan().Fill(Nothing);
    }

    /// <summary>Number of n-grams.</summary>
    public int Count => _grams.Count;

    /// <summary>Whether n-grams are looked up by their packed keys.</summary>
    public bool IsPacked { get; }

    /// <summary>Makes the index; fails on an n-gram that stands there twice.</summary>
    public static bool TryMake(GramList grams, int length, [NotNullWhen(true)] out GramIndex? index, out int twice)
    {
        var made = new GramIndex(grams, length);
        index = null;
        for (twice = 0; twice < made.Count; twice++)
        {
            if (!made.TryAdd(twice))
                return false;
        }
        for (var l = 1; l <= length && made.IsPacked; l++)
            made._common[l - 1] = CommonGrams.TryMake(grams, l, made._maxKey);
        index = made;
        return true;
    }

    /// <summary>The slot of the n-gram of these keys, or -1.</summary>
    public int Find(ReadOnlySpan<uint> keys)
    {
        if (!IsPacked)
            return FindByHash(keys);
        foreach (var key in keys)
        {
            if (key > _maxKey)
                return Nothing;
        }
        return _tables[keys.Length - 1].Find(Packed(keys));
    }

    /// <summary>
    /// Finds all n-grams of <paramref name="length"/> neighbouring keys; returns how many there are. Their slots come
    /// in no particular order. Only where <see cref="IsPacked"/>.
    /// </summary>
    /// <param name="keys">The keys.</param>
    /// <param name="length">Keys per n-gram.</param>
    /// <param name="packed">Scratch as long as <paramref name="keys"/>.</param>
    /// <param name="slots">Receives the slots, as long as <paramref name="keys"/>.</param>
    public int FindAll(ReadOnlySpan<uint> keys, int length, Span<ulong> packed, Span<int> slots)
    {
        if (length == 1 && _singles.Length > 0)
            return FindSingles(keys, slots);
        return _common[length - 1] is { } common
            ? FindCommon(common, keys, length, packed, slots)
            : FindPacked(keys, length, packed, slots);
    }

    private int FindSingles(ReadOnlySpan<uint> keys, Span<int> slots)
    {
        var singles = _singles;
        var found = 0;
        slots = slots[..keys.Length];
        foreach (var key in keys)
        {
            var slot = key < (uint)singles.Length ? singles[key] : Nothing;
            slots[found] = slot;
            found += slot == Nothing ? 0 : 1;
        }
        return found;
    }

    private int FindPacked(ReadOnlySpan<uint> keys, int length, Span<ulong> packed, Span<int> slots)
    {
        var bits = _keyBits;
        var maxKey = _maxKey;
        var mask = ulong.MaxValue >> (64 - bits * length);
        ulong gram = 0;
        var missing = length - 1;
        var count = 0;
        packed = packed[..keys.Length];
        foreach (var key in keys)
        {
            gram = ((gram << bits) | key) & mask;
            missing = key > maxKey ? length : missing;
            packed[count] = gram;
            count += missing == 0 ? 1 : 0;
            missing -= missing == 0 ? 0 : 1;
        }
        return _tables[length - 1].FindAll(packed[..count], slots);
    }

    private int FindCommon(CommonGrams common, ReadOnlySpan<uint> keys, int length, Span<ulong> packed, Span<int> slots)
    {
        var numbers = common.Numbers;
        var table = common.Slots;
        var bits = _keyBits;
        var mask = ulong.MaxValue >> (64 - bits * length);
        ulong gram = 0;
        uint place = 0;
        // How many more keys it takes until all of the n-gram are known, and until all are common.
        var missing = length - 1;
        var rare = 0;
        var count = 0;
        var found = 0;
        slots = slots[..keys.Length];
        packed = packed[..keys.Length];
        foreach (var key in keys)
        {
            uint number = CommonGrams.Rare;
            if (key < (uint)numbers.Length)
                number = numbers[key];
            else
                missing = length;
            rare = number == CommonGrams.Rare ? length : rare;
            gram = ((gram << bits) | key) & mask;
            place = ((place << CommonGrams.NumberBits) | number) & (uint)(table.Length - 1);
            var slot = table[place];
            var isCommon = rare == 0 & missing == 0;
            slots[found] = slot;
            found += isCommon & slot != CommonGrams.Nothing ? 1 : 0;
            packed[count] = gram;
            count += !isCommon & missing == 0 ? 1 : 0;
            missing -= missing == 0 ? 0 : 1;
            rare -= rare == 0 ? 0 : 1;
        }
        return count == 0 ? found : found + _tables[length - 1].FindAll(packed[..count], slots[found..]);
    }

    private bool TryAdd(int slot)
    {
        var keys = _grams[slot];
        if (Find(keys) >= 0)
            return false;
        if (IsPacked)
        {
            _tables[keys.Length - 1].Add(Packed(keys), slot);
            if (keys.Length == 1 && _singles.Length > 0)
                _singles[keys[0]] = slot;
            return true;
        }
        var hash = Hash(keys);
        _nextByHash[slot] = _firstByHash.GetValueOrDefault(hash, Nothing);
        _firstByHash[hash] = slot;
        return true;
    }

    private int FindByHash(ReadOnlySpan<uint> keys)
    {
        var slot = _firstByHash.GetValueOrDefault(Hash(keys), Nothing);
        while (slot != Nothing && !_grams[slot].SequenceEqual(keys))
            slot = _nextByHash[slot];
        return slot;
    }

    private ulong Packed(ReadOnlySpan<uint> keys)
    {
        ulong packed = 0;
        foreach (var key in keys)
            packed = (packed << _keyBits) | key;
        return packed;
    }

    private static ulong Hash(ReadOnlySpan<uint> keys)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (ulong)keys.Length;
        foreach (var key in keys)
        {
            hash = (hash ^ key) * Factor;
            hash ^= hash >> 32;
        }
        return hash;
    }
}
