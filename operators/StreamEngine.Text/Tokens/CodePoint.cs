using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace StreamEngine.Text;

/// <summary>What a tokeniser needs to know of a code point.</summary>
internal enum CodePointClass : byte
{
    Space,
    Letter,
    Mark,
    Digit,
    Emoji,
    RegionalIndicator,
    Symbol,
}

/// <summary>Reads code points out of UTF-8 and classes them.</summary>
internal static class CodePoint
{
    public const int ZeroWidthJoiner = 0x200D;
    public const int VariationSelector16 = 0xFE0F;
    public const int EnclosingKeycap = 0x20E3;

    /// <summary>Reads the code point at <paramref name="at"/>; an HTML entity counts as the character it names, invalid UTF-8 as U+FFFD.</summary>
    public static int Decode(ReadOnlySpan<byte> text, int at, out int length)
    {
        var first = text[at];
        if (first < 0x80)
        {
            if (first == (byte)'&' && HtmlEntities.TryDecode(text[at..], out var named, out length))
                return named;
            length = 1;
            return first;
        }
        if (first is >= 0xC2 and < 0xE0 && at + 1 < text.Length && (text[at + 1] & 0xC0) == 0x80)
        {
            length = 2;
            return ((first & 0x1F) << 6) | (text[at + 1] & 0x3F);
        }
        Rune.DecodeFromUtf8(text[at..], out var rune, out length);
        return rune.Value;
    }

    public static CodePointClass Classify(int codePoint)
    {
        if (codePoint < 0x80)
            return ClassifyAscii(codePoint);
        if (codePoint is >= 0xC0 and < 0x250)
            return codePoint is 0xD7 or 0xF7 ? CodePointClass.Symbol : CodePointClass.Letter;
        if (IsEmoji(codePoint))
            return CodePointClass.Emoji;
        return codePoint is >= 0x1F1E6 and <= 0x1F1FF ? CodePointClass.RegionalIndicator : ClassifyByCategory(codePoint);
    }

    /// <summary>A skin tone, U+1F3FB to U+1F3FF.</summary>
    public static bool IsSkinTone(int codePoint) => codePoint is >= 0x1F3FB and <= 0x1F3FF;

    /// <summary>A tag character, as in the flags of Scotland and Wales.</summary>
    public static bool IsTag(int codePoint) => codePoint is >= 0xE0020 and <= 0xE007F;

    private static CodePointClass ClassifyAscii(int codePoint)
    {
        if ((uint)((codePoint | 0x20) - 'a') < 26)
            return CodePointClass.Letter;
        if ((uint)(codePoint - '0') < 10)
            return CodePointClass.Digit;
        return codePoint is <= 0x20 or 0x7F ? CodePointClass.Space : CodePointClass.Symbol;
    }

    // Blocks of Unicode 16 that hold nothing but pictographs, and the pictographs outside them that are in use.
    private static bool IsEmoji(int codePoint) => codePoint switch
    {
        < 0x2000 => codePoint is 0xA9 or 0xAE,
        < 0x2700 => codePoint is 0x203C or 0x2049 or 0x2122 or 0x2139 or (>= 0x2194 and <= 0x21AA) or 0x231A or 0x231B or 0x2328
            or (>= 0x23E9 and <= 0x23FA) or 0x24C2 or 0x25AA or 0x25AB or 0x25B6 or 0x25C0 or (>= 0x25FB and <= 0x25FE) or >= 0x2600,
        < 0x27C0 => true,
        < 0x1F000 => codePoint is 0x2934 or 0x2935 or (>= 0x2B05 and <= 0x2B07) or 0x2B1B or 0x2B1C or 0x2B50 or 0x2B55 or 0x3030 or 0x303D or 0x3297 or 0x3299,
        _ => codePoint <= 0x1FAFF && codePoint is < 0x1F1E6 or > 0x1F1FF,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CodePointClass ClassifyByCategory(int codePoint)
    {
        if (codePoint is ZeroWidthJoiner or (>= 0xFE00 and <= VariationSelector16))
            return CodePointClass.Mark;
        switch (CharUnicodeInfo.GetUnicodeCategory(codePoint))
        {
            case UnicodeCategory.UppercaseLetter:
            case UnicodeCategory.LowercaseLetter:
            case UnicodeCategory.TitlecaseLetter:
            case UnicodeCategory.ModifierLetter:
            case UnicodeCategory.OtherLetter:
            case UnicodeCategory.LetterNumber:
                return CodePointClass.Letter;
            case UnicodeCategory.NonSpacingMark:
            case UnicodeCategory.SpacingCombiningMark:
            case UnicodeCategory.EnclosingMark:
                return CodePointClass.Mark;
            case UnicodeCategory.DecimalDigitNumber:
                return CodePointClass.Digit;
            case UnicodeCategory.SpaceSeparator:
            case UnicodeCategory.LineSeparator:
            case UnicodeCategory.ParagraphSeparator:
            case UnicodeCategory.Control:
            case UnicodeCategory.Format:
                return CodePointClass.Space;
            default:
                return CodePointClass.Symbol;
        }
    }
}
