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

    /// <summary>Which of the words that lie in one buffer may be in the index; the others are not.</summary>
    /// <param name="buffer">The words' bytes; 16 bytes from each word's start on can be read.</param>
    /// <param name="edges">Start and end of each word, in turn.</param>
    /// <param name="hashes">Receives a hash for each word.</param>
    /// <param name="candidates">Receives the places, from 0 on, of the words that may be there; as long as <paramref name="hashes"/>.</param>
    /// <returns>How many candidates there are.</returns>
    /// <remarks>A method of its own without a branch per word: most of the time that matching takes is spent here.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public unsafe int Candidates(ref byte buffer, ReadOnlySpan<int> edges, ulong[] hashes, int[] candidates)
    {
        var words = edges.Length >> 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(words, Math.Min(hashes.Length, candidates.Length));
        ref var edge = ref MemoryMarshal.GetReference(edges);
        ref var hash = ref MemoryMarshal.GetArrayDataReference(hashes);
        ref var filter = ref MemoryMarshal.GetArrayDataReference(_filter);
        var shift = _filterShift;
        for (var i = 0; i < words; i++)
        {
            var start = Unsafe.Add(ref edge, 2 * i);
            var value = Hash(ref Unsafe.Add(ref buffer, start), Unsafe.Add(ref edge, (2 * i) + 1) - start);
            Unsafe.Add(ref hash, i) = value;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref filter, (nuint)(value >> shift))));
            }
        }

        ref var candidate = ref MemoryMarshal.GetArrayDataReference(candidates);
        var count = 0;
        for (var i = 0; i < words; i++)
        {
            var value = Unsafe.Add(ref hash, i);
            Unsafe.Add(ref candidate, count) = i;
            count += (~Unsafe.Add(ref filter, (nuint)(value >> shift)) & FilterBits(value)) == 0 ? 1 : 0;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FilterBits(ulong hash) => (1UL << (int)(hash >> 24)) | (1UL << (int)(hash >> 34));

    /// <summary>The number of a word, or -1.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="word">Its first byte.</param>
    /// <param name="length">Its length.</param>
    public int Find(ulong hash, ref byte word, int length)
    {
        var mask = _slots.Length - 1;
        for (var i = (int)(hash >> 32) & mask; ; i = (i + 1) & mask)
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
        var i = (int)(hash >> 32) & mask;
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
        var key = BitOperations.Crc32C(BitOperations.Crc32C((uint)length, first), second);
        if (length > 16)
        {
            key = HashRest(key, ref word, length);
        }

        return key * 0x9E37_79B9_7F4A_7C15;
    }

    /// <summary>The lowest <paramref name="count"/> bytes; none below 0, all from 8 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong bytes, int count)
    {
        var bits = Math.Clamp(count, 0, 8) * 8;
        return Bmi2.X64.IsSupported ? Bmi2.X64.ZeroHighBits(bytes, (ulong)bits) : bits == 64 ? bytes : bytes & ((1UL << bits) - 1);
    }

    private static uint HashRest(uint key, ref byte word, int length)
    {
        for (var at = 16; at < length; at += 8)
        {
            key = BitOperations.Crc32C(key, Low(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, at)), length - at));
        }

        return key;
    }
}
