using System.Numerics;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// ML.NET's 32-bit hash of a word. It is MurmurHash3 over a UTF-8-like coding of each UTF-16 unit by itself, with
/// one peculiarity that is kept: the bytes of a longer unit are swapped together with bytes still pending.
/// </summary>
internal static class WordHash
{
    public static uint Of(ReadOnlySpan<char> word, uint seed)
    {
        var hash = seed;
        ulong pending = 0;
        var bits = 0;
        uint length = 0;
        foreach (var unit in word)
        {
            uint c = unit;
            if (c <= 0x7F)
            {
                pending |= (ulong)c << bits;
                bits += 8;
                length++;
            }
            else if (c <= 0x7FF)
            {
                pending |= (ulong)(((c & 0x7C0) << 2) | (c & 0x3F) | 0xC080) << bits;
                pending = ((pending & 0xFF) << 8) | (pending >> 8);
                bits += 16;
                length += 2;
            }
            else
            {
                pending |= (ulong)(((c & 0xF000) << 4) | ((c & 0x0FC0) << 2) | (c & 0x3F) | 0xE08080) << bits;
                pending = ((pending & 0xFF) << 16) | (((pending >> 8) & 0xFF) << 8) | (pending >> 16);
                bits += 24;
                length += 3;
            }
            if (bits >= 32)
            {
                hash = GramHash.Round(hash, (uint)pending);
                pending >>= 32;
                bits -= 32;
            }
        }
        if (bits > 0)
            hash ^= BitOperations.RotateLeft((uint)pending * 0xcc9e2d51, 15) * 0x1b873593;
        return GramHash.Mix(hash ^ length);
    }
}
