using System.Runtime.CompilerServices;

namespace StreamEngine.Text;

/// <summary>
/// Cuts UTF-8 text into tokens without copying it. Tokens come in order, do not overlap, lie inside the text and
/// never split a code point, whatever the bytes; what lies between them is white space and control characters.
/// </summary>
/// <remarks>Runs of ASCII letters and digits are measured 32 bytes at a time; only other characters are decoded.</remarks>
public ref partial struct Tokenizer
{
    private const byte Space = 0, Letter = 1, Digit = 2, Punctuation = 3, Hash = 4, At = 5, Ampersand = 6, High = 7;

    private readonly ReadOnlySpan<byte> _text;
    private int _position;

    /// <summary>Starts at the beginning of a text.</summary>
    /// <param name="utf8">Text in UTF-8; invalid bytes read as U+FFFD.</param>
    public Tokenizer(ReadOnlySpan<byte> utf8)
        : this(utf8, 0)
    {
    }

    internal Tokenizer(ReadOnlySpan<byte> utf8, int from)
    {
        _text = utf8;
        _position = from;
    }

    /// <summary>Reads the next token.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool MoveNext(out Token token)
    {
        var p = _position;
        var text = _text;
        while ((uint)p < (uint)text.Length)
        {
            var kind = Classes[text[p]];
            if (kind == Space)
            {
                p++;
                continue;
            }
            if (kind == Letter)
                token = WordOrLink(p);
            else if (kind >= Ampersand)
            {
                if (!Decoded(ref p, out token))
                    continue;
            }
            else
                token = kind == Digit ? NumberOrWord(p) : kind == Punctuation ? Sign(p) : Tag(p, kind);
            _position = token.End;
            return true;
        }
        _position = p;
        token = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Token WordOrLink(int start)
    {
        var first = _text[start] | 0x20;
        if ((first == 'h' || first == 'w') && LinkLength(start) is > 0 and var length)
            return new Token(TokenKind.Link, start, length, TokenFlags.None);
        return Word(start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Token Word(int start)
    {
        var text = _text;
        var end = start + AlphanumericRun(start);
        while ((uint)end < (uint)text.Length)
        {
            var b = text[end];
            if (b == (byte)'\'' || b == (byte)'-')
            {
                if (end + 1 >= text.Length)
                    break;
                var next = Classes[text[end + 1]];
                if (next == Letter)
                {
                    end += 1 + AlphanumericRun(end + 1);
                    continue;
                }
                if (next < Ampersand)
                    break;
            }
            else if (Classes[b] < Ampersand)
                break;
            return DecodedWord(start, end);
        }
        var flags = start + 1 < end && ((text[start] | text[start + 1]) & 0x20) == 0 && AllCapitals(text[start..end]) ? TokenFlags.Capitals : TokenFlags.None;
        if (end - start > 2 && IsElongated(start, end))
            flags |= TokenFlags.Elongated;
        return new Token(TokenKind.Word, start, end - start, flags);
    }

    /// <summary>A word with characters to decode; up to <paramref name="end"/> it is known.</summary>
    private readonly Token DecodedWord(int start, int end)
    {
        var text = _text;
        var flags = TokenFlags.None;
        int previous = 0, run = 0;
        var plainEnd = end;
        while (end < text.Length)
        {
            var next = end;
            var codePoint = CodePoint.Decode(text, next, out var length);
            // An apostrophe or hyphen belongs to the word where a letter follows.
            if (codePoint is '\'' or '-' or 0x2019 or 0x2010)
            {
                next += length;
                if (next >= text.Length)
                    break;
                codePoint = CodePoint.Decode(text, next, out length);
                if (CodePoint.Classify(codePoint) != CodePointClass.Letter)
                    break;
            }
            else if (CodePoint.Classify(codePoint) is not (CodePointClass.Letter or CodePointClass.Mark or CodePointClass.Digit))
            {
                // Zero-width non-joiners and soft hyphens stand inside words.
                if (codePoint is not (0xAD or 0x200B or 0x200C))
                    break;
            }
            end = next + length;
            run = codePoint == previous ? run + 1 : 1;
            previous = codePoint;
            if (run >= 3)
                flags |= TokenFlags.Elongated;
            if (codePoint >= 0x80 || length > 1)
                flags |= TokenFlags.NeedsFolding;
        }
        if (plainEnd - start > 2 && IsElongated(start, plainEnd))
            flags |= TokenFlags.Elongated;
        if (AllCapitals(text[start..end]))
            flags |= TokenFlags.Capitals;
        return new Token(TokenKind.Word, start, end - start, flags);
    }

    /// <summary>A token whose first character is not ASCII or may be an entity; moves past white space and stray marks.</summary>
    /// <returns>False where the character is no token.</returns>
    private readonly bool Decoded(ref int position, out Token token)
    {
        token = default;
        var start = position;
        var codePoint = CodePoint.Decode(_text, start, out var length);
        switch (CodePoint.Classify(codePoint))
        {
            case CodePointClass.Letter:
                token = DecodedWord(start, start);
                return true;
            case CodePointClass.Digit:
                token = new Token(TokenKind.Number, start, length, TokenFlags.NeedsFolding);
                return true;
            case CodePointClass.Emoji:
            case CodePointClass.RegionalIndicator:
                token = new Token(TokenKind.Emoji, start, EmojiLength(start), TokenFlags.NeedsFolding);
                return true;
            case CodePointClass.Space:
            case CodePointClass.Mark:
                position += length;
                return false;
        }
        // "&lt;3" is a heart.
        if (codePoint == '<' && start + length < _text.Length && _text[start + length] == (byte)'3')
        {
            token = new Token(TokenKind.Emoticon, start, length + 1, TokenFlags.NeedsFolding);
            return true;
        }
        var end = start + length;
        var count = 1;
        while (end < _text.Length && CodePoint.Decode(_text, end, out var further) == codePoint)
        {
            end += further;
            count++;
        }
        var flags = (count >= 3 ? TokenFlags.Elongated : TokenFlags.None) | (end - start > count ? TokenFlags.NeedsFolding : TokenFlags.None);
        token = new Token(TokenKind.Punctuation, start, end - start, flags);
        return true;
    }

    private readonly int EmojiLength(int start)
    {
        var text = _text;
        var first = CodePoint.Decode(text, start, out var length);
        var end = start + length;
        if (CodePoint.Classify(first) == CodePointClass.RegionalIndicator)
            return end < text.Length && CodePoint.Classify(CodePoint.Decode(text, end, out length)) == CodePointClass.RegionalIndicator ? end + length - start : end - start;
        while (end < text.Length)
        {
            var codePoint = CodePoint.Decode(text, end, out length);
            if (codePoint == CodePoint.ZeroWidthJoiner)
            {
                var joined = end + length;
                if (joined >= text.Length || CodePoint.Classify(CodePoint.Decode(text, joined, out var further)) != CodePointClass.Emoji)
                    break;
                end = joined + further;
            }
            else if (codePoint is CodePoint.VariationSelector16 or CodePoint.EnclosingKeycap || CodePoint.IsSkinTone(codePoint) || CodePoint.IsTag(codePoint))
                end += length;
            else
                break;
        }
        return end - start;
    }

    private readonly Token NumberOrWord(int start)
    {
        var text = _text;
        var end = start;
        while (end < text.Length && (Classes[text[end]] == Digit || (text[end] is (byte)'.' or (byte)',' or (byte)':' && end + 1 < text.Length && Classes[text[end + 1]] == Digit)))
            end++;
        if (end == text.Length)
            return new Token(TokenKind.Number, start, end - start, TokenFlags.None);
        var following = Classes[text[end]];
        if (end == start + 1 && following == High && IsKeycap(end, out var keycapEnd))
            return new Token(TokenKind.Emoji, start, keycapEnd - start, TokenFlags.NeedsFolding);
        if (following == Letter && text[start..end].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && !IsEmoticonEyes(start))
            return Word(start);
        if (text[start] == (byte)'8' && end == start + 1 && Emoticons.Match(text[start..], out _) is > 0 and var face)
            return new Token(TokenKind.Emoticon, start, face, TokenFlags.None);
        return new Token(TokenKind.Number, start, end - start, TokenFlags.None);
    }

    private readonly bool IsEmoticonEyes(int start) => _text[start] == (byte)'8' && Emoticons.Match(_text[start..], out _) > 0;

    private readonly bool IsKeycap(int at, out int end)
    {
        end = at;
        var codePoint = CodePoint.Decode(_text, at, out var length);
        if (codePoint == CodePoint.VariationSelector16 && at + length < _text.Length)
        {
            at += length;
            codePoint = CodePoint.Decode(_text, at, out length);
        }
        end = at + length;
        return codePoint == CodePoint.EnclosingKeycap;
    }

    private readonly Token Tag(int start, byte kind)
    {
        var text = _text;
        var end = start + 1;
        var flags = TokenFlags.None;
        while (end < text.Length)
        {
            var following = Classes[text[end]];
            if (following is Letter or Digit || text[end] == (byte)'_')
            {
                end++;
                continue;
            }
            // Hashtags may hold any letter, handles ASCII alone.
            if (following != High || kind == At)
                break;
            if (CodePoint.Classify(CodePoint.Decode(text, end, out var length)) is not (CodePointClass.Letter or CodePointClass.Mark or CodePointClass.Digit))
                break;
            end += length;
            flags |= TokenFlags.NeedsFolding;
        }
        if (end == start + 1)
            return Sign(start);
        if (AllCapitals(text[(start + 1)..end]))
            flags |= TokenFlags.Capitals;
        return new Token(kind == Hash ? TokenKind.Hashtag : TokenKind.Handle, start, end - start, flags);
    }

    private readonly Token Sign(int start)
    {
        var text = _text;
        var first = text[start];
        if (Emoticons.Match(text[start..], out _) is > 0 and var face)
            return new Token(TokenKind.Emoticon, start, face, TokenFlags.None);
        var end = start + 1;
        if (first is (byte)'!' or (byte)'?')
        {
            while (end < text.Length && text[end] is (byte)'!' or (byte)'?')
                end++;
        }
        else
        {
            while (end < text.Length && text[end] == first)
                end++;
        }
        return new Token(TokenKind.Punctuation, start, end - start, end - start >= 3 ? TokenFlags.Elongated : TokenFlags.None);
    }

    private readonly int LinkLength(int start)
    {
        var rest = _text[start..];
        // Published texts are often cut inside a link, or have "http" in its place.
        if (StartsWith(rest, "http"u8) && EndsAfter(rest, 4))
            return 4;
        if (StartsWith(rest, "https"u8) && EndsAfter(rest, 5))
            return 5;
        if (!(StartsWith(rest, "http"u8) && (StartsWith(rest[4..], "://"u8) || StartsWith(rest[4..], "s://"u8))) && !StartsWith(rest, "www."u8))
            return 0;
        var length = 0;
        while (length < rest.Length && rest[length] > 0x20 && rest[length] is not ((byte)'<' or (byte)'>' or (byte)'"' or 0x7F))
            length++;
        // A link runs up to white space, but not over an ideographic or no-break space or the ellipsis that cut it off.
        for (var i = 0; i < length; i++)
        {
            if (rest[i] >= 0x80)
            {
                var codePoint = CodePoint.Decode(rest, i, out var size);
                if (codePoint == 0x2026 || CodePoint.Classify(codePoint) is CodePointClass.Space or CodePointClass.Emoji)
                    return i;
                i += size - 1;
            }
        }
        return length;
    }

    // At the end of the text, or before white space or an ellipsis.
    private static bool EndsAfter(ReadOnlySpan<byte> text, int length) =>
        text.Length == length || text[length] <= 0x20 || text[length..].StartsWith("…"u8);

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length < lower.Length)
            return false;
        for (var i = 0; i < lower.Length; i++)
        {
            if ((lower[i] >= 'a' ? text[i] | 0x20 : text[i]) != lower[i])
                return false;
        }
        return true;
    }

    private static ReadOnlySpan<byte> Classes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 3, 3, 4, 3, 3, 6, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3,
        5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3,
        3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 0,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    ];
}
