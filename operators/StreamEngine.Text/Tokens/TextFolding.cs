using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace StreamEngine.Text;

/// <summary>
/// Folds text for comparison: lower case; Latin letters without diacritics ("É" to "e", "ß" to "ss", "ł" to "l");
/// typographic quotes, dashes and spaces as their ASCII forms; full-width forms as ASCII; HTML entities as the
/// characters they name; combining marks and zero-width characters dropped; invalid UTF-8 as U+FFFD. Other scripts
/// are lower-cased. Folding what is folded changes nothing unless it spells an HTML entity.
/// </summary>
public static class TextFolding
{
    private static readonly System.Buffers.SearchValues<byte> _plain = System.Buffers.SearchValues.Create([.. Enumerable.Range(0, 128).Where(b => b != '&').Select(b => (byte)b)]);

    /// <summary>The most bytes that folding <paramref name="length"/> bytes can yield: an invalid byte becomes the three of U+FFFD.</summary>
    public static int MaxFoldedLength(int length) => checked(length * 3);

    /// <summary>Folds <paramref name="utf8"/> into <paramref name="destination"/>.</summary>
    /// <param name="utf8">Text in UTF-8; invalid bytes are allowed.</param>
    /// <param name="destination">At least <see cref="MaxFoldedLength"/> bytes, or as many as the result needs.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Fold(ReadOnlySpan<byte> utf8, Span<byte> destination) => Fold(utf8, destination, default);

    /// <summary>Folds, and tells for each folded byte the offset of the source character that it came from.</summary>
    /// <param name="utf8">Text in UTF-8; invalid bytes are allowed.</param>
    /// <param name="destination">At least <see cref="MaxFoldedLength"/> bytes, or as many as the result needs.</param>
    /// <param name="sourceOffsets">Empty, or as long as <paramref name="destination"/>.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Fold(ReadOnlySpan<byte> utf8, Span<byte> destination, Span<int> sourceOffsets)
    {
        int read = 0, written = 0;
        while (true)
        {
            var plain = FoldAscii(utf8[read..], destination[written..]);
            if (!sourceOffsets.IsEmpty)
            {
                for (var i = 0; i < plain; i++)
                    sourceOffsets[written + i] = read + i;
            }
            read += plain;
            written += plain;
            if (read >= utf8.Length)
                return written;
            var codePoint = CodePoint.Decode(utf8, read, out var length);
            var added = FoldCodePoint(codePoint, destination[written..]);
            if (added < 0)
                throw new ArgumentException($"The destination holds {destination.Length} bytes, too few for the folded text; {MaxFoldedLength(utf8.Length)} always suffice.", nameof(destination));
            if (!sourceOffsets.IsEmpty)
                sourceOffsets.Slice(written, added).Fill(read);
            read += length;
            written += added;
        }
    }

    /// <summary>The offset of the source character that a folded byte came from, without folding anew what lies before it.</summary>
    /// <param name="utf8">The text as it was folded.</param>
    /// <param name="foldedOffset">Offset of a byte in what <see cref="Fold(ReadOnlySpan{byte}, Span{byte})"/> yields; its length for the end of the text.</param>
    public static int SourceOffset(ReadOnlySpan<byte> utf8, int foldedOffset)
    {
        Span<byte> folded = stackalloc byte[16];
        int read = 0, written = 0;
        while (true)
        {
            var rest = utf8[read..];
            var plain = rest.IndexOfAnyExcept(_plain);
            if (plain < 0 || written + plain > foldedOffset)
                return read + Math.Min(foldedOffset - written, rest.Length);
            read += plain;
            var codePoint = CodePoint.Decode(utf8, read, out var length);
            written += plain + FoldCodePoint(codePoint, folded);
            if (written > foldedOffset)
                return read;
            read += length;
        }
    }

    /// <summary>Writes the character at an offset with its typography folded away, as <see cref="Fold(ReadOnlySpan{byte}, Span{byte})"/> does it, and as it is otherwise: case and diacritics stay.</summary>
    /// <param name="utf8">Text in UTF-8; invalid bytes are allowed.</param>
    /// <param name="at">Offset of a character in it.</param>
    /// <param name="destination">At least 4 bytes.</param>
    /// <param name="length">Bytes that the character takes in the text: of an HTML entity all.</param>
    /// <returns>The number of bytes written; 0 for a zero-width character.</returns>
    public static int FoldTypography(ReadOnlySpan<byte> utf8, int at, Span<byte> destination, out int length)
    {
        var codePoint = CodePoint.Decode(utf8, at, out length);
        switch (codePoint)
        {
            case < 0x80:
                destination[0] = (byte)codePoint;
                return 1;
            case >= 0xFF01 and <= 0xFF5E:
                destination[0] = (byte)(codePoint - 0xFEE0);
                return 1;
            // Blocks without a letter that has a case, where quotes, dashes, spaces and zero-width characters are.
            case < 0xC0 or 0x02BC or (>= 0x2000 and < 0x2070) or 0x2212 or 0x3000 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF:
                return FoldRare(codePoint, destination);
            default:
                return new Rune(codePoint).EncodeToUtf8(destination);
        }
    }

    /// <summary>Lower-cases ASCII up to the first byte that is not ASCII or is "&amp;".</summary>
    private static int FoldAscii(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var n = Math.Min(source.Length, destination.Length);
        var i = 0;
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        for (; i + Vector256<byte>.Count <= n; i += Vector256<byte>.Count)
        {
            var plain = FoldVector(Vector256.LoadUnsafe(ref from, (nuint)i), ref Unsafe.Add(ref to, i));
            if (plain < Vector256<byte>.Count)
                return i + plain;
        }
        // The rest is folded with the bytes before it, which fold to the same once more.
        if (i < n && n >= Vector256<byte>.Count)
        {
            i = n - Vector256<byte>.Count;
            return i + FoldVector(Vector256.LoadUnsafe(ref from, (nuint)i), ref Unsafe.Add(ref to, i));
        }
        if (i + Vector128<byte>.Count <= n)
        {
            i += FoldVector(Vector128.LoadUnsafe(ref from, (nuint)i), ref Unsafe.Add(ref to, i));
            if (i < Vector128<byte>.Count)
                return i;
            i = n - Vector128<byte>.Count;
            return i + FoldVector(Vector128.LoadUnsafe(ref from, (nuint)i), ref Unsafe.Add(ref to, i));
        }
        for (; i < n; i++)
        {
            var b = Unsafe.Add(ref from, i);
            if (b >= 0x80 || b == (byte)'&')
                break;
            Unsafe.Add(ref to, i) = (uint)(b - 'A') < 26 ? (byte)(b | 0x20) : b;
        }
        return i;
    }

    /// <summary>Lower-cases and stores a vector; the number of its bytes before one that is not ASCII or is "&amp;".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FoldVector(Vector256<byte> v, ref byte to)
    {
        var stop = (v | Vector256.Equals(v, Vector256.Create((byte)'&'))).ExtractMostSignificantBits();
        var upper = Vector256.LessThan(v - Vector256.Create((byte)'A'), Vector256.Create((byte)26));
        (v | (upper & Vector256.Create((byte)0x20))).StoreUnsafe(ref to);
        return System.Numerics.BitOperations.TrailingZeroCount(stop);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FoldVector(Vector128<byte> v, ref byte to)
    {
        var stop = (v | Vector128.Equals(v, Vector128.Create((byte)'&'))).ExtractMostSignificantBits() | (1u << Vector128<byte>.Count);
        var upper = Vector128.LessThan(v - Vector128.Create((byte)'A'), Vector128.Create((byte)26));
        (v | (upper & Vector128.Create((byte)0x20))).StoreUnsafe(ref to);
        return System.Numerics.BitOperations.TrailingZeroCount(stop);
    }

    /// <summary>Writes a folded code point.</summary>
    /// <returns>The bytes written, or -1 where they do not fit.</returns>
    internal static int FoldCodePoint(int codePoint, Span<byte> destination)
    {
        if (codePoint < 0x80)
            return Write((byte)((uint)(codePoint - 'A') < 26 ? codePoint | 0x20 : codePoint), (byte)' ', destination);
        var table = codePoint is >= 0xC0 and < 0x250 ? LatinBases.Slice((codePoint - 0xC0) * 2, 2)
            : codePoint is >= 0x1E00 and < 0x1F00 ? LatinAdditionalBases.Slice((codePoint - 0x1E00) * 2, 2)
            : default;
        if (!table.IsEmpty && table[0] != (byte)' ')
            return Write(table[0], table[1], destination);
        return FoldRare(codePoint, destination);
    }

    private static int Write(byte first, byte second, Span<byte> destination)
    {
        var length = second == (byte)' ' ? 1 : 2;
        if (destination.Length < length)
            return -1;
        destination[0] = first;
        if (length == 2)
            destination[1] = second;
        return length;
    }

    private static int FoldRare(int codePoint, Span<byte> destination)
    {
        switch (codePoint)
        {
            case 0x2018 or 0x2019 or 0x201B or 0x02BC or 0xB4:
                return Write((byte)'\'', (byte)' ', destination);
            case 0x201C or 0x201D or 0x201E or 0x201F or 0xAB or 0xBB:
                return Write((byte)'"', (byte)' ', destination);
            case >= 0x2010 and <= 0x2015 or 0x2212:
                return Write((byte)'-', (byte)' ', destination);
            case 0xA0 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000:
                return destination.IsEmpty ? -1 : Write((byte)' ', (byte)' ', destination);
            case 0x2026:
                if (destination.Length < 3)
                    return -1;
                "..."u8.CopyTo(destination);
                return 3;
            case >= 0xFF01 and <= 0xFF5E:
                return FoldCodePoint(codePoint - 0xFEE0, destination);
            case 0x212A:
                return Write((byte)'k', (byte)' ', destination);
            case 0xAD or (>= 0x0300 and <= 0x036F) or (>= 0x200B and <= 0x200F) or 0x2060 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF:
                return 0;
        }
        // Pictographs have no case, and are most of what comes here.
        var rune = new Rune(codePoint);
        if (codePoint is not ((>= 0x2600 and < 0x2C00) or >= 0x1F000))
            rune = Rune.ToLowerInvariant(rune);
        return rune.TryEncodeToUtf8(destination, out var written) ? written : -1;
    }

    // Base letters, two places each ("ae" for "æ"), of U+00C0 to U+024F; blank: no Latin base, lower-cased as it is.
    private static ReadOnlySpan<byte> LatinBases =>
        "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thssa a a a a a aec e e e e i i i i d n "u8 +
        "o o o o o   o u u u u y thy a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g "u8 +
        "h h h h i i i i i i i i i i ijijj j k k k l l l l l l l l l l n n n n n n n n n o o o o o o oeoer r "u8 +
        "r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s b b b b       c "u8 +
        "c     d d   e     f f     hv    k k l       n   o o     p p           t t t   u u     y y z z       "u8 +
        "                    dzdzdzljljljnjnjnja a i i o o u u u u u u u u u u e a a a a aeaeg g g g k k o o "u8 +
        "o o     j dzdzdzg g hv  n n a a aeaeo o a a a a e e e e i i i i o o o o r r r r u u u u s s t t     "u8 +
        "h h n d ououz z a a e e o o o o o o o o y y l n t j     a c c l   s z     b     e e j j q q r r y y "u8;

    // The same for U+1E00 to U+1EFF.
    private static ReadOnlySpan<byte> LatinAdditionalBases =>
        "a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f g g h h h h h h h h h h i i i i k k "u8 +
        "k k k k l l l l l l l l m m m m m m n n n n n n n n o o o o o o o o p p p p r r r r r r r r s s s s "u8 +
        "s s s s s s t t t t t t t t u u u u u u u u u u v v v v w w w w w w w w w w x x x x y y z z z z z z "u8 +
        "h t w y a s s s ss  a a a a a a a a a a a a a a a a a a a a a a a a e e e e e e e e e e e e e e e e "u8 +
        "i i i i o o o o o o o o o o o o o o o o o o o o o o o o u u u u u u u u u u u u u u y y y y y y y y "u8 +
        "llllv v y y "u8;
}
