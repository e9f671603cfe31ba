using System.Buffers.Text;
using System.Collections.Frozen;

namespace StreamEngine.Text;

/// <summary>The HTML entities that stand in posts: numeric ones, and the named ones of HTML 4 that are letters, signs or spaces in use.</summary>
internal static class HtmlEntities
{
    private const int LongestName = 8;

    private static readonly FrozenDictionary<ulong, int> _names = Names();

    /// <summary>Reads the entity at the start of <paramref name="text"/>, which starts with "&amp;".</summary>
    /// <returns>False where no known entity stands there.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> text, out int codePoint, out int length)
    {
        codePoint = 0;
        length = 0;
        if (text.Length < 4)
            return false;
        var window = text[..Math.Min(text.Length, LongestName + 2)];
        var semicolon = window.IndexOf((byte)';');
        if (semicolon < 3)
            return false;
        length = semicolon + 1;
        var name = window[1..semicolon];
        return name[0] == (byte)'#' ? TryNumber(name[1..], out codePoint) : _names.TryGetValue(Pack(name), out codePoint);
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int codePoint)
    {
        var hex = digits.Length > 1 && (digits[0] | 0x20) == 'x';
        if (hex)
            digits = digits[1..];
        if (!Utf8Parser.TryParse(digits, out codePoint, out int used, hex ? 'X' : 'D') || used != digits.Length)
            return false;
        // Zero, surrogates and what lies past Unicode are no characters.
        return codePoint > 0 && codePoint <= 0x10FFFF && codePoint is < 0xD800 or > 0xDFFF;
    }

    private static ulong Pack(ReadOnlySpan<byte> name)
    {
        ulong packed = 0;
        foreach (var b in name)
            packed = (packed << 8) | b;
        return packed;
    }

    private static FrozenDictionary<ulong, int> Names()
    {
        var names = new Dictionary<ulong, int>();
        void Add(string name, int codePoint) => names[Pack(System.Text.Encoding.ASCII.GetBytes(name))] = codePoint;

        foreach (var pair in ("amp 26 lt 3C gt 3E quot 22 apos 27 nbsp A0 iexcl A1 cent A2 pound A3 yen A5 copy A9 laquo AB shy AD reg AE "
            + "deg B0 acute B4 middot B7 raquo BB frac12 BD iquest BF times D7 divide F7 euro 20AC hellip 2026 ndash 2013 mdash 2014 "
            + "lsquo 2018 rsquo 2019 sbquo 201A ldquo 201C rdquo 201D bdquo 201E bull 2022 trade 2122 hearts 2665 OElig 152 oelig 153 "
            + "Scaron 160 scaron 161 lsaquo 2039 rsaquo 203A ensp 2002 emsp 2003 thinsp 2009 zwnj 200C zwj 200D").Split(' ').Chunk(2))
            Add(pair[0], Convert.ToInt32(pair[1], 16));

        // U+00C0 to U+00FF in order; the two signs among them stand above.
        const string upper = "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
            + "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig";
        var letters = upper.Split(' ');
        for (var i = 0; i < letters.Length; i++)
        {
            Add(letters[i], letters[i] == "szlig" ? 0xDF : 0xC0 + i);
            if (letters[i] is not ("times" or "szlig"))
                Add(letters[i] is "AElig" or "ETH" or "THORN" ? letters[i].ToLowerInvariant() : char.ToLowerInvariant(letters[i][0]) + letters[i][1..], 0xE0 + i);
        }
        Add("yuml", 0xFF);
        return names.ToFrozenDictionary();
    }
}
