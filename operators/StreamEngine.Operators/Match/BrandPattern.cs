using System.Text;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>
/// A keyword, phrase, hashtag or handle as it is looked for: folded words with what stands between them. White space and hyphens
/// between words count for nothing, so 'Coca Cola' is found in 'coca-cola' too; other signs must be there ('at&amp;t').
/// </summary>
internal sealed record BrandPattern
{
    /// <summary>Bytes of signs between two words, at most.</summary>
    public const int MaxGap = 8;

    private BrandPattern(byte[][] words, ulong[] gaps, byte[] prefix, byte[] suffix, byte[]? exact)
    {
        Words = words;
        Gaps = gaps;
        Prefix = prefix;
        Suffix = suffix;
        Exact = exact;
        Key = $"{string.Join(' ', words.Select(Convert.ToHexString))}|{string.Join(' ', gaps)}|{Convert.ToHexString(prefix)}|{Convert.ToHexString(suffix)}|{(exact is null ? "" : Convert.ToHexString(exact))}";
    }

    /// <summary>The folded words, at least one.</summary>
    public byte[][] Words { get; }

    /// <summary>Before each word but the first: the signs there, packed little endian.</summary>
    public ulong[] Gaps { get; }

    /// <summary>What must stand right before the first word: <c>#</c>, <c>@</c> or other signs.</summary>
    public byte[] Prefix { get; }

    /// <summary>What must stand right behind the last word.</summary>
    public byte[] Suffix { get; }

    /// <summary>Where case and diacritics count: the text as written, but for typography and HTML entities, without white space and hyphens.</summary>
    public byte[]? Exact { get; }

    /// <summary>Equal for patterns that find the same.</summary>
    public string Key { get; }

    /// <summary>Reads a pattern; false with the reason where nothing could ever be found by it.</summary>
    public static bool TryParse(string text, bool caseSensitive, out BrandPattern pattern, out string error)
    {
        pattern = null!;
        error = "";
        var raw = Encoding.UTF8.GetBytes(text.Trim());
        var folded = new byte[TextFolding.MaxFoldedLength(raw.Length) + WordCutter.Slack];
        var length = TextFolding.Fold(raw, folded);
        var words = new List<(int Start, int End)>();
        var cutter = new WordCutter();
        var edges = cutter.Cut(folded, length);
        for (var i = 0; i < edges; i += 2)
        {
            words.Add((cutter.Edges[i], cutter.Edges[i + 1]));
        }

        if (words.Count == 0)
        {
            error = $"'{text}' has no letter or digit";
            return false;
        }

        var gaps = new ulong[words.Count - 1];
        for (var i = 1; i < words.Count; i++)
        {
            if (!TryPackGap(folded.AsSpan(words[i - 1].End, words[i].Start - words[i - 1].End), out gaps[i - 1]))
            {
                error = $"'{text}' has more than {MaxGap} bytes of signs between two words";
                return false;
            }
        }

        pattern = new BrandPattern(
            [.. words.Select(word => folded[word.Start..word.End])],
            gaps,
            folded.AsSpan(0, words[0].Start).ToArray(),
            folded.AsSpan(words[^1].End, length - words[^1].End).ToArray(),
            caseSensitive ? Exactly(raw) : null);
        return true;
    }

    /// <summary>Packs the signs between two words, white space and hyphens left out; false where there are too many.</summary>
    public static bool TryPackGap(ReadOnlySpan<byte> between, out ulong gap)
    {
        gap = 0;
        var count = 0;
        foreach (var sign in between)
        {
            if (sign is > (byte)' ' and not (byte)'-')
            {
                if (count == MaxGap)
                {
                    return false;
                }

                gap |= (ulong)sign << (8 * count++);
            }
        }

        return true;
    }

    /// <summary>Whether <paramref name="source"/>, where the folded pattern was found, is written as the pattern is.</summary>
    public bool IsWrittenAs(ReadOnlySpan<byte> source)
    {
        var exact = Exact.AsSpan();
        Span<byte> signs = stackalloc byte[4];
        for (var at = 0; at < source.Length;)
        {
            var count = ReadSigns(source, ref at, signs);
            if (!exact.StartsWith(signs[..count]))
            {
                return false;
            }

            exact = exact[count..];
        }

        return exact.IsEmpty;
    }

    private static byte[] Exactly(ReadOnlySpan<byte> text)
    {
        var exact = new List<byte>(text.Length);
        Span<byte> signs = stackalloc byte[4];
        for (var at = 0; at < text.Length;)
        {
            exact.AddRange(signs[..ReadSigns(text, ref at, signs)]);
        }

        return [.. exact];
    }

    /// <summary>Reads a character of which case and diacritics count; white space and hyphens are none.</summary>
    private static int ReadSigns(ReadOnlySpan<byte> text, ref int at, Span<byte> signs)
    {
        var count = TextFolding.FoldTypography(text, at, signs, out var length);
        at += length;
        return count == 1 && signs[0] is <= (byte)' ' or (byte)'-' ? 0 : count;
    }
}
