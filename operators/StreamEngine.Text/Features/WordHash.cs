using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamEngine.Text.Features;

/// <summary>64-bit hashes of words and n-grams. They are part of the model format: a changed hash needs a new format version.</summary>
internal static class WordHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;
    private const ulong CaseBits = 0x2020_2020_2020_2020;

    /// <summary>Hashes <c>text[start..end]</c>, ASCII letters regardless of case. The bytes must be ASCII letters, digits, apostrophes, hyphens or underscores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfAscii(ReadOnlySpan<byte> text, int start, int end)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        var length = end - start;
        var hash = (ulong)length * Second;
        var at = start;
        for (; at + 8 <= end; at += 8)
            hash = Mix(hash ^ (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)) | CaseBits));
        var left = end - at;
        if (left > 0)
            hash = Mix(hash ^ (Tail(ref first, text.Length, at, end) | (CaseBits >> (64 - (8 * left)))));
        return hash | 1;
    }

    /// <summary>The same for a word of which the eight bytes before its end are readable even where it is shorter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfAsciiWord(ref byte start, int length)
    {
        var hash = (ulong)length * Second;
        ref var tail = ref Unsafe.Add(ref start, length - 8);
        var left = length;
        for (; left > 8; left -= 8)
        {
            hash = Mix(hash ^ (Unsafe.ReadUnaligned<ulong>(ref start) | CaseBits));
            start = ref Unsafe.Add(ref start, 8);
        }
        var unused = 64 - (8 * left);
        return Mix(hash ^ ((Unsafe.ReadUnaligned<ulong>(ref tail) >> unused) | (CaseBits >> unused))) | 1;
    }

    /// <summary>Hashes bytes as they are; never equal by construction to the hash of an ASCII word.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var hash = ((ulong)bytes.Length + 0x1_0000) * Second;
        var at = 0;
        for (; at + 8 <= bytes.Length; at += 8)
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)));
        if (at < bytes.Length)
            hash = Mix(hash ^ Tail(ref first, bytes.Length, at, bytes.Length));
        return hash | 1;
    }

    /// <summary>The same for a word of which the eight bytes before its end are readable even where it is shorter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfWordBytes(ref byte start, int length)
    {
        var hash = ((ulong)length + 0x1_0000) * Second;
        ref var tail = ref Unsafe.Add(ref start, length - 8);
        var left = length;
        for (; left > 8; left -= 8)
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref start));
            start = ref Unsafe.Add(ref start, 8);
        }
        return Mix(hash ^ (Unsafe.ReadUnaligned<ulong>(ref tail) >> (64 - (8 * left)))) | 1;
    }

    /// <summary>Hashes a small number, such as the first byte and the length of a punctuation run.</summary>
    public static ulong OfSymbol(uint symbol) => Mix(symbol * Second) | 1;

    /// <summary>The 32-bit key of up to seven bytes packed into a number, as a feature of the given kind.</summary>
    public static uint Gram(ulong packed, int length) => (uint)(Mix(packed ^ ((ulong)length << 60) ^ Second) >> 32);

    /// <summary>The 32-bit key of two features in order.</summary>
    public static uint Pair(uint left, uint right) => (uint)(Mix(((ulong)left << 32) | right) >> 32);

    /// <summary>Mixes 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ Second, Multiplier, out var low);
        return high ^ low;
    }

    // The last one to eight bytes before end, as the low bytes of a number, without reading outside the text.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ref byte first, int textLength, int at, int end)
    {
        var count = end - at;
        if (end >= 8)
            return Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, end - 8)) >> (64 - (8 * count));
        if (at + 8 <= textLength)
            return Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)) & (ulong.MaxValue >> (64 - (8 * count)));
        ulong tail = 0;
        for (var i = end - 1; i >= at; i--)
            tail = (tail << 8) | Unsafe.Add(ref first, i);
        return tail;
    }
}
