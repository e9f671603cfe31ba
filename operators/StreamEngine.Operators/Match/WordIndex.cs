using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamEngine.Operators;

/// <summary>
/// Numbers words from 0. Most words of a text are in no brand's keywords: a bit map of 16 bits per word tells so with one look, whatever
/// the number of words, before the table is asked.
/// </summary>
internal sealed class WordIndex
{
    private readonly ulong[] _filter;
    private readonly int _filterShift;
    private readonly (ulong Hash, int Offset, int Word)[] _slots;
    private readonly byte[] _bytes;
    private readonly int[] _lengths;

    /// <summary>Makes the index; a word's number is its place in the list.</summary>
    /// <param name="words">Distinct words.</param>
    public WordIndex(IReadOnlyList<byte[]> words)
    {
        var filterBits = Math.Max(10, BitOperations.Log2((uint)Math.Max(1, words.Count)) + 5);
        _filter = new ulong[1 << (filterBits - 6)];
        _filterShift = 64 - filterBits;
        _slots = new (ulong, int, int)[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, words.Count * 2))];
        Array.Fill(_slots, (0UL, 0, -1));
        _lengths = [.. words.Select(word => word.Length)];
        _bytes = new byte[_lengths.Sum() + TextWords.Slack];
        var offset = 0;
        for (var word = 0; word < words.Count; word++)
        {
            words[word].CopyTo(_bytes, offset);
            Add(offset, word);
            offset += words[word].Length;
        }
    }

    /// <summary>The number of a word, or -1.</summary>
    /// <param name="word">The word's first byte; 8 bytes from each of its bytes on can be read.</param>
    /// <param name="length">Its length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ref byte word, int length)
    {
        var hash = Hash(ref word, length);
        var bit = hash >> _filterShift;
        return (_filter[bit >> 6] >> (int)(bit & 63) & 1) == 0 ? -1 : Look(hash, ref word, length);
    }

    private int Look(ulong hash, ref byte word, int length)
    {
        var mask = _slots.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            var slot = _slots[i];
            if (slot.Word < 0)
            {
                return -1;
            }

            if (slot.Hash == hash && _lengths[slot.Word] == length
                && MemoryMarshal.CreateReadOnlySpan(ref word, length).SequenceEqual(_bytes.AsSpan(slot.Offset, length)))
            {
                return slot.Word;
            }
        }
    }

    private void Add(int offset, int word)
    {
        var hash = Hash(ref _bytes[offset], _lengths[word]);
        var bit = hash >> _filterShift;
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        var mask = _slots.Length - 1;
        var i = (int)hash & mask;
        while (_slots[i].Word >= 0)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = (hash, offset, word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ref byte word, int length)
    {
        var first = Unsafe.ReadUnaligned<ulong>(ref word);
        var key = length < 8 ? first & ((1UL << (8 * length)) - 1) : length == 8 ? first : HashLong(ref word, length);
        var high = Math.BigMul(key ^ ((ulong)length << 58), 0x9E37_79B9_7F4A_7C15, out var low);
        return high ^ low;
    }

    private static ulong HashLong(ref byte word, int length)
    {
        var key = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, length - 8));
        for (var at = 0; at < length - 8; at += 8)
        {
            key = BitOperations.RotateLeft(key * 0xD6E8_FEB8_6659_FD93, 29) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, at));
        }

        return key;
    }
}
