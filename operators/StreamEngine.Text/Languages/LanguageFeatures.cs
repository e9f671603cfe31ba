using System.Runtime.CompilerServices;
using System.Text;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Languages;

/// <summary>
/// The features of a word that tell its language: the word and its n-grams of 1 to 4 bytes, lower case with diacritics
/// kept, the word's borders marked; hashed into a fixed number of rows.
/// </summary>
internal static class LanguageFeatures
{
    public const int Most = (4 * (Longest + 2)) + 1;

    private const int Longest = 32;
    private const int LongestGram = 4;
    private const byte Border = 1;

    /// <summary>Lists the rows of a word's features.</summary>
    /// <param name="raw">The word as written.</param>
    /// <param name="bits">The rows are numbered by so many bits.</param>
    /// <param name="rows">Room for <see cref="Most"/> rows.</param>
    /// <returns>How many there are.</returns>
    [SkipLocalsInit]
    public static int List(ReadOnlySpan<byte> raw, int bits, Span<uint> rows)
    {
        Span<byte> word = stackalloc byte[Longest + 2];
        var length = LowerCase(raw, word[1..^1]);
        word[0] = Border;
        word[length + 1] = Border;
        var shift = 32 - bits;
        var count = 0;
        rows[count++] = WordFeatures.OfWord(word.Slice(1, length)) >> shift;
        var end = length + 2;
        for (var start = 0; start < end; start++)
        {
            ulong packed = 0;
            for (var size = 1; size <= LongestGram && start + size <= end; size++)
            {
                packed = (packed << 8) | word[start + size - 1];
                if (packed != Border)
                    rows[count++] = WordHash.Gram(packed, size) >> shift;
            }
        }
        return count;
    }

    private static int LowerCase(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        int at = 0, written = 0;
        while (at < raw.Length)
        {
            var codePoint = CodePoint.Decode(raw, at, out var length);
            at += length;
            if (codePoint is 0x2019)
                codePoint = '\'';
            var lower = codePoint < 0x80 ? new Rune((uint)(codePoint - 'A') < 26 ? codePoint | 0x20 : codePoint) : Rune.ToLowerInvariant(new Rune(codePoint));
            if (!lower.TryEncodeToUtf8(destination[written..], out var bytes))
                break;
            written += bytes;
        }
        return written;
    }
}
