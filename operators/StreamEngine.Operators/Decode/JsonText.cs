using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace StreamEngine.Operators;

/// <summary>The content of JSON strings. Half a surrogate pair, which .NET's own readers do not read, becomes U+FFFD.</summary>
public static partial class JsonText
{
    /// <summary>
    /// Writes what a string with escapes means, which is never longer than <paramref name="escaped"/>, and returns its length. The
    /// string's escapes have been checked.
    /// </summary>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            var run = escaped[..(plain < 0 ? escaped.Length : plain)];
            run.CopyTo(destination[written..]);
            written += run.Length;
            if (plain < 0)
            {
                return written;
            }

            escaped = escaped[plain..];
            if (escaped[1] == 'u')
            {
                written += UnescapeUnicode(ref escaped).EncodeToUtf8(destination[written..]);
            }
            else
            {
                destination[written++] = escaped[1] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    var itself => itself,
                };
                escaped = escaped[2..];
            }
        }
    }

    /// <summary>The same JSON with escapes that .NET's own readers read.</summary>
    public static string Mend(string json) => UnicodeEscape().Replace(json, escape => escape.Groups["half"].Success ? @"\ufffd" : escape.Value);

    /// <summary>The offset of the first byte that is not UTF-8, or -1.</summary>
    internal static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return -1;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static Rune UnescapeUnicode(ref ReadOnlySpan<byte> escaped)
    {
        var first = CodeUnit(escaped[2..]);
        escaped = escaped[6..];
        if (!char.IsSurrogate(first))
        {
            return new Rune(first);
        }

        if (char.IsHighSurrogate(first) && escaped.Length >= 6 && escaped[0] == '\\' && escaped[1] == 'u' && CodeUnit(escaped[2..]) is var second && char.IsLowSurrogate(second))
        {
            escaped = escaped[6..];
            return new Rune(first, second);
        }

        return Rune.ReplacementChar;
    }

    private static char CodeUnit(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.")]
    private static partial Regex UnicodeEscape();
}
