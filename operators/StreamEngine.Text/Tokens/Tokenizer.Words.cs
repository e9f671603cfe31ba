using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text;

/// <content>Runs of letters and digits: how long they are, capitals, letters repeated.</content>
public ref partial struct Tokenizer
{
    private static bool AllCapitals(ReadOnlySpan<byte> text)
    {
        var letters = 0;
        foreach (var b in text)
        {
            if ((uint)(b - 'a') < 26)
                return false;
            if ((uint)(b - 'A') < 26)
                letters++;
        }
        return letters >= 2;
    }

    /// <summary>The number of ASCII letters and digits from <paramref name="start"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int AlphanumericRun(int start)
    {
        ref var first = ref MemoryMarshal.GetReference(_text);
        var left = _text.Length - start;
        if (left >= Vector256<byte>.Count)
        {
            var run = BitOperations.TrailingZeroCount(~AlphanumericMask(Vector256.LoadUnsafe(ref first, (nuint)start)));
            return run < Vector256<byte>.Count ? run : 32 + LongRun(start + 32);
        }
        // The last 32 bytes of the text hold the rest of it: a wider view shifted to where the run starts.
        if (_text.Length >= Vector256<byte>.Count)
        {
            var mask = AlphanumericMask(Vector256.LoadUnsafe(ref first, (nuint)(_text.Length - Vector256<byte>.Count)));
            return BitOperations.TrailingZeroCount(~(mask >> (Vector256<byte>.Count - left)));
        }
        return LongRun(start);
    }

    private readonly int LongRun(int start)
    {
        var end = start;
        while (end < _text.Length && Classes[_text[end]] is Letter or Digit)
            end++;
        return end - start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint AlphanumericMask(Vector256<byte> bytes)
    {
        var letters = Vector256.LessThan((bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)26));
        var digits = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        return (letters | digits).ExtractMostSignificantBits();
    }

    /// <summary>Whether a letter stands three times in a row between <paramref name="start"/> and <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsElongated(int start, int end)
    {
        ref var first = ref MemoryMarshal.GetReference(_text);
        var length = end - start;
        if (length <= 8 && end >= 8)
            return HasTriple(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, end - 8)) >> (8 * (8 - length)), length);
        var at = start;
        for (; at + 8 <= end; at += 6)
        {
            if (HasTriple(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)), 8))
                return true;
        }
        for (; at + 3 <= end; at++)
        {
            if ((_text[at] | 0x20) == (_text[at + 1] | 0x20) && (_text[at] | 0x20) == (_text[at + 2] | 0x20))
                return true;
        }
        return false;
    }

    // Byte i of "same" is zero where bytes i, i+1 and i+2 are one letter; only the first length-2 count.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasTriple(ulong bytes, int length)
    {
        bytes |= 0x2020_2020_2020_2020;
        var pairs = bytes ^ (bytes >> 8);
        var same = pairs | (pairs >> 8);
        var zeros = (same - 0x0101_0101_0101_0101) & ~same & 0x8080_8080_8080_8080;
        return (zeros & ((1UL << (8 * (length - 2))) - 1)) != 0;
    }
}
