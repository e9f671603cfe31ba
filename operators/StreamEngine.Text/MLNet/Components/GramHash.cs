using System.Numerics;

namespace StreamEngine.Text.MLNet;

/// <summary>Hashed n-grams: the slot of an n-gram is a hash of its keys, MurmurHash3's rounds as ML.NET applies them.</summary>
internal sealed record GramHash
{
    /// <summary>Greatest number of keys in an n-gram.</summary>
    public required int Length { get; init; }

    /// <summary>Number of keys that an n-gram may leave out.</summary>
    public required int Skips { get; init; }

    public required int Bits { get; init; }

    public required uint Seed { get; init; }

    /// <summary>Whether the key of a single is hashed too, or taken as it is.</summary>
    public required bool RehashSingles { get; init; }

    /// <summary>Whether the hash is mixed once more (ML.NET mixes in the number of the input column before).</summary>
    public required bool Ordered { get; init; }

    /// <summary>Whether shorter n-grams count too.</summary>
    public required bool AllLengths { get; init; }

    /// <summary>Number of slots.</summary>
    public int Slots => 1 << Bits;

    /// <summary>The slot of an n-gram, or -1 if n-grams of this length do not count.</summary>
    public int Slot(ReadOnlySpan<uint> keys)
    {
        if (!AllLengths && keys.Length < Length)
            return -1;
        uint hash;
        if (keys.Length == 1 && !RehashSingles && (AllLengths || Length == 1))
        {
            hash = keys[0];
        }
        else
        {
            hash = Seed;
            foreach (var key in keys)
                hash = Round(hash, key);
            hash = Mix(Round(hash, (uint)keys.Length));
        }
        if (Ordered)
            hash = Mix(hash);
        return (int)(hash & (uint)(Slots - 1));
    }

    /// <summary>Takes 32 bits into the hash.</summary>
    public static uint Round(uint hash, uint bits)
    {
        bits *= 0xcc9e2d51;
        bits = BitOperations.RotateLeft(bits, 15);
        bits *= 0x1b873593;
        return BitOperations.RotateLeft(hash ^ bits, 13) * 5 + 0xe6546b64;
    }

    /// <summary>Spreads the hash over all its bits.</summary>
    public static uint Mix(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
