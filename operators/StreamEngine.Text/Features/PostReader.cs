using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamEngine.Text.Features;

/// <summary>What a unit contributes.</summary>
internal enum UnitKind : byte
{
    /// <summary>A word or the word of a hashtag: itself and its character n-grams.</summary>
    Word,

    /// <summary>An emoji, emoticon, number, link, handle or telling sign: itself alone.</summary>
    Symbol,

    /// <summary>The end of a clause: nothing, but negation and word pairs stop here.</summary>
    Break,
}

/// <summary>A token as models see it.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Unit
{
    /// <summary>Hash of the token as written (ASCII regardless of case): the key of caches. Never 0, but for breaks.</summary>
    public ulong Key;

    /// <summary>Offset of the first byte of the word, behind the "#" of a hashtag.</summary>
    public int Start;

    /// <summary>Length in bytes.</summary>
    public int Length;

    public UnitKind Kind;

    public TokenFlags Flags;
}

/// <summary>Turns a post into units, some at a time: the shared front of every model, in training as in scoring.</summary>
internal ref struct PostReader
{
    // Symbols that are no ASCII bytes.
    public const uint LinkSymbol = 0x100, HandleSymbol = 0x101, NumberSymbol = 0x110, EmoticonSymbol = 0x140;

    private readonly ReadOnlySpan<byte> _text;
    private Tokenizer _tokens;

    public PostReader(ReadOnlySpan<byte> utf8)
        : this(utf8, 0)
    {
    }

    /// <summary>Reads from a place on where no token lies across.</summary>
    public PostReader(ReadOnlySpan<byte> utf8, int from)
    {
        _text = utf8;
        _tokens = new Tokenizer(utf8, from);
    }

    /// <summary>Reads up to <c>units.Length</c> units.</summary>
    /// <returns>How many; 0 at the end of the post.</returns>
    [SkipLocalsInit]
    public int Read(Span<Unit> units)
    {
        var text = _text;
        var count = 0;
        while (count < units.Length && _tokens.MoveNext(out var token))
        {
            ref var unit = ref units[count];
            unit.Start = token.Start;
            unit.Length = token.Length;
            unit.Flags = token.Flags;
            if (token.Kind == TokenKind.Word)
            {
                unit.Kind = UnitKind.Word;
                unit.Key = (token.Flags & (TokenFlags.NeedsFolding | TokenFlags.Elongated)) == 0
                    ? WordHash.OfAscii(text, token.Start, token.End)
                    : WordHash.OfBytes(text.Slice(token.Start, token.Length));
                count++;
            }
            else if (Other(text, token, ref unit))
                count++;
        }
        return count;
    }

    private static bool Other(ReadOnlySpan<byte> text, Token token, ref Unit unit)
    {
        unit.Kind = UnitKind.Symbol;
        switch (token.Kind)
        {
            case TokenKind.Hashtag:
                unit.Kind = UnitKind.Word;
                unit.Start++;
                unit.Length--;
                unit.Key = (token.Flags & TokenFlags.NeedsFolding) == 0
                    ? WordHash.OfAscii(text, unit.Start, token.End)
                    : WordHash.OfBytes(text[unit.Start..token.End]);
                return true;
            case TokenKind.Handle:
                unit.Key = WordHash.OfSymbol(HandleSymbol);
                return true;
            case TokenKind.Link:
                unit.Key = WordHash.OfSymbol(LinkSymbol);
                return true;
            case TokenKind.Number:
                // One figure counts as itself ("3 stars"), longer ones by their length.
                unit.Key = WordHash.OfSymbol(NumberSymbol + (token.Length == 1 ? (uint)text[token.Start] & 0xF : 16 + (uint)Math.Min(token.Length, 8)));
                return true;
            case TokenKind.Emoji:
                unit.Key = WordHash.OfBytes(text.Slice(token.Start, token.Length));
                return true;
            case TokenKind.Emoticon:
                var mood = EmoticonMood.Love;
                if (text[token.Start] != (byte)'&')
                    Emoticons.Match(text[token.Start..], out mood);
                unit.Key = WordHash.OfSymbol(EmoticonSymbol + (uint)mood);
                return true;
            default:
                return Sign(text, token, ref unit);
        }
    }

    private static bool Sign(ReadOnlySpan<byte> text, Token token, ref Unit unit)
    {
        if ((token.Flags & TokenFlags.NeedsFolding) != 0)
        {
            unit.Key = WordHash.OfBytes(text.Slice(token.Start, token.Length));
            return true;
        }
        var first = text[token.Start];
        var run = (uint)Math.Min(token.Length, 3);
        switch (first)
        {
            case (byte)'!' or (byte)'?':
                var both = text.Slice(token.Start, token.Length).IndexOf(first == (byte)'!' ? (byte)'?' : (byte)'!') >= 0;
                unit.Key = WordHash.OfSymbol(both ? (byte)'!' | ((uint)'?' << 16) : first | (run << 16));
                return true;
            case (byte)'.' when token.Length > 1:
            case (byte)'*' or (byte)'%' or (byte)'$' or (byte)'+' or (byte)'/' or (byte)'"':
                unit.Key = WordHash.OfSymbol(first | (run << 16));
                return true;
            case (byte)'.' or (byte)',' or (byte)';' or (byte)':' or (byte)'(' or (byte)')':
                unit.Kind = UnitKind.Break;
                unit.Key = 0;
                return true;
            default:
                return false;
        }
    }
}
