using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace StreamEngine.Operators;

/// <summary>
/// Numbers words from 0. Most words of a text are in no brand's keywords: two bits out of one element of a bit map of 8 to 16 bits
/// per word tell so with one look, whatever the number of words, before the table is asked.
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
        var filterBits = Math.Max(10, BitOperations.Log2((uint)Math.Max(1, words.Count)) + 4);
        _filter = new ulong[1 << (filterBits - 6)];
        _filterShift = 64 - filterBits + 6;
        _slots = new (ulong, int, int)[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, words.Count * 2))];
        Array.Fill(_slots, (0UL, 0, -1));
        _lengths = [.. words.Select(word => word.Length)];
        _bytes = new byte[_lengths.Sum() + WordCutter.Slack];
        var offset = 0;
        for (var word = 0; word < words.Count; word++)
        {
            words[word].CopyTo(_bytes, offset);
            Add(offset, word);
            offset += words[word].Length;
        }
    }

    /// <summary>The hashes of words that lie in one buffer; what <see cref="Find"/> will look at first is fetched meanwhile.</summary>
    /// <param name="buffer">The words' bytes; 16 bytes from each word's start on can be read.</param>
    /// <param name="edges">Start and end of each word, in turn.</param>
    /// <param name="hashes">Receives the hashes.</param>
    public unsafe void Hash(ref byte buffer, ReadOnlySpan<int> edges, Span<ulong> hashes)
    {
        for (var i = 0; i + 1 < edges.Length; i += 2)
        {
            var hash = Hash(ref Unsafe.Add(ref buffer, edges[i]), edges[i + 1] - edges[i]);
            hashes[i >> 1] = hash;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_filter), (nuint)(hash >> _filterShift))));
            }
        }
    }

    /// <summary>Whether the word of a hash may be there; mostly right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHave(ulong hash) => (~_filter[hash >> _filterShift] & FilterBits(hash)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FilterBits(ulong hash) => (1UL << (int)(hash >> 24)) | (1UL << (int)(hash >> 32));

    /// <summary>The number of a word, or -1.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="word">Its first byte.</param>
    /// <param name="length">Its length.</param>
    public int Find(ulong hash, ref byte word, int length)
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
        _filter[hash >> _filterShift] |= FilterBits(hash);
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
        // The first 16 bytes without a branch on the length, which differs from word to word.
        var first = Low(Unsafe.ReadUnaligned<ulong>(ref word), length);
        var second = Low(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, 8)), length - 8);
        var key = first ^ BitOperations.RotateLeft(second * 0xD6E8_FEB8_6659_FD93, 29) ^ ((ulong)length << 58);
        if (length > 16)
        {
            key ^= HashRest(ref word, length);
        }

        var high = Math.BigMul(key, 0x9E37_79B9_7F4A_7C15, out var low);
        return high ^ low;
    }

    /// <summary>The lowest <paramref name="count"/> bytes; none below 0, all from 8 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong bytes, int count)
    {
        var bits = Math.Clamp(count, 0, 8) * 8;
        return Bmi2.X64.IsSupported ? Bmi2.X64.ZeroHighBits(bytes, (ulong)bits) : bits == 64 ? bytes : bytes & ((1UL << bits) - 1);
    }

    private static ulong HashRest(ref byte word, int length)
    {
        ulong key = 0;
        for (var at = 16; at < length; at += 8)
        {
            key = BitOperations.RotateLeft((key ^ Low(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, at)), length - at)) * 0xD6E8_FEB8_6659_FD93, 31);
        }

        return key;
    }
}
