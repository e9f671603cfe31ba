using System.Runtime.CompilerServices;

namespace StreamEngine.Text.Features;

/// <summary>
/// The features of one unit for sentiment: the folded word, its parts behind apostrophes and hyphens, its
/// character n-grams of 3 and 4 bytes with the word's borders marked, and the first five letters of a longer word, which
/// inflected words share with their stem.
/// </summary>
internal static class WordFeatures
{
    /// <summary>Folded words are cut here: what is longer is no word of a language.</summary>
    public const int LongestWord = 40;

    /// <summary>The most features that a unit has.</summary>
    public const int Most = (3 * (LongestWord + 2)) + 9;

    private const int ShortestGram = 3, LongestGram = 4;

    /// <summary>Letters of a word that stand for its stem.</summary>
    private const int Stem = 5;

    private const byte Border = 1;

    /// <summary>Folds a unit's text: case, diacritics, and letters repeated more than twice.</summary>
    /// <returns>The length of the folded word.</returns>
    [SkipLocalsInit]
    public static int Fold(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        const int longestRaw = 4 * LongestWord;
        Span<byte> folded = stackalloc byte[3 * longestRaw];
        var length = TextFolding.Fold(raw.Length > longestRaw ? raw[..longestRaw] : raw, folded);
        var written = 0;
        for (var i = 0; i < length && written < Math.Min(LongestWord, destination.Length); i++)
        {
            if (i >= 2 && folded[i] == folded[i - 1] && folded[i] == folded[i - 2])
                continue;
            destination[written++] = folded[i];
        }
        return written;
    }

    /// <summary>Lists the features of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="raw">Its text as written.</param>
    /// <param name="features">Room for <see cref="Most"/> keys; the first is the unit itself.</param>
    /// <param name="words">How many of the first are the unit, its parts and its first letters: no n-grams.</param>
    /// <returns>The number of features, at least 1.</returns>
    [SkipLocalsInit]
    public static int List(in Unit unit, ReadOnlySpan<byte> raw, Span<uint> features, out int words)
    {
        words = 1;
        if (unit.Kind != UnitKind.Word)
        {
            features[0] = (unit.Flags & TokenFlags.NeedsFolding) != 0 ? Symbol(raw) : (uint)(unit.Key >> 32);
            return 1;
        }
        Span<byte> word = stackalloc byte[LongestWord + 2];
        var length = Fold(raw, word[1..^1]);
        word[0] = Border;
        word[length + 1] = Border;
        features[0] = OfWord(word.Slice(1, length));
        var count = 1;
        var part = 1;
        for (var i = 1; i <= length + 1; i++)
        {
            if (i <= length && word[i] is not ((byte)'\'' or (byte)'-' or (byte)'_'))
                continue;
            if (i - part >= 3 && i - part < length && count < 8)
                features[count++] = OfWord(word[part..i]);
            part = i + 1;
        }
        if (length > Stem)
            features[count++] = OfWord(word[..(Stem + 1)]);
        words = count;
        var end = length + 2;
        for (var start = 0; start < end; start++)
        {
            ulong packed = 0;
            for (var size = 1; size <= LongestGram && start + size <= end; size++)
            {
                packed = (packed << 8) | word[start + size - 1];
                if (size >= ShortestGram)
                    features[count++] = WordHash.Gram(packed, size);
            }
        }
        return count;
    }

    /// <summary>The key of a folded word.</summary>
    public static uint OfWord(ReadOnlySpan<byte> folded) => (uint)(WordHash.OfBytes(folded) >> 32);

    // Emoji and typographic signs: without skin tone and variation selector.
    [SkipLocalsInit]
    private static uint Symbol(ReadOnlySpan<byte> raw)
    {
        Span<byte> plain = stackalloc byte[64];
        int at = 0, written = 0;
        while (at < raw.Length && written + 4 <= plain.Length)
        {
            var codePoint = CodePoint.Decode(raw, at, out var length);
            at += length;
            if (CodePoint.IsSkinTone(codePoint))
                continue;
            written += TextFolding.FoldCodePoint(codePoint, plain[written..]);
        }
        return (uint)(WordHash.OfBytes(plain[..written]) >> 32);
    }
}
