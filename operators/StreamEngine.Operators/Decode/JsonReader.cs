using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamEngine.Operators;

/// <summary>
/// Checks one JSON text (RFC 8259) in one pass and notes where the values of a tree of paths lie. Allocates nothing. UTF-8 is the
/// caller's to check. Strings are scanned 32 bytes at a time, so <see cref="Slack"/> bytes after the text must be readable.
/// </summary>
internal sealed unsafe partial class JsonReader(PathNode root, int fields)
{
    /// <summary>Bytes after the text that may be read, whatever they hold.</summary>
    public const int Slack = 32;

    /// <summary>How deep objects and arrays may be nested.</summary>
    public const int MaxDepth = 64;

    private readonly JsonCapture[] _captures = new JsonCapture[fields];
    private byte* _start;
    private byte* _end;
    private byte* _errorAt;

    /// <summary>What was found for each field.</summary>
    public ReadOnlySpan<JsonCapture> Captures => _captures;

    /// <summary>The type of the text's outermost value.</summary>
    public JsonKind Outermost { get; private set; }

    /// <summary>What was wrong, after <see cref="Read"/> returned false.</summary>
    public JsonError Error { get; private set; }

    /// <summary>Offset of the byte that was wrong.</summary>
    public int ErrorPosition => (int)(_errorAt - _start);

    /// <summary>Reads a text; false when it is not valid JSON.</summary>
    public bool Read(byte* text, int length)
    {
        Array.Clear(_captures);
        _start = text;
        _end = text + length;
        var p = SkipSpace(text);
        if (p == _end)
        {
            return Fail(JsonError.Empty, text) != null;
        }

        Outermost = *p switch { (byte)'{' => JsonKind.Object, (byte)'[' => JsonKind.Array, (byte)'"' => JsonKind.Text, _ => JsonKind.Number };
        p = Value(p, root, 0);
        if (p == null)
        {
            return false;
        }

        p = SkipSpace(p);
        return p == _end || Fail(JsonError.TrailingBytes, p) != null;
    }

    private byte* Fail(JsonError error, byte* at)
    {
        Error = error;
        _errorAt = at;
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* SkipSpace(byte* p)
    {
        while (p < _end && *p <= ' ' && *p is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            p++;
        }

        return p;
    }

    /// <summary>Reads the value that starts at <paramref name="p"/>, which lies before the end, and returns its end.</summary>
    private byte* Value(byte* p, PathNode? node, int depth)
    {
        var start = p;
        JsonKind kind;
        var escaped = false;
        switch (*p)
        {
            case (byte)'"':
                kind = JsonKind.Text;
                start = p + 1;
                p = String(start, ref escaped);
                break;
            case (byte)'{':
                kind = JsonKind.Object;
                p = Object(p + 1, node, depth + 1);
                break;
            case (byte)'[':
                kind = JsonKind.Array;
                p = List(p + 1, node, depth + 1);
                break;
            case (byte)'t':
                kind = JsonKind.True;
                p = Word(p, "true"u8);
                break;
            case (byte)'f':
                kind = JsonKind.False;
                p = Word(p, "false"u8);
                break;
            case (byte)'n':
                kind = JsonKind.Null;
                p = Word(p, "null"u8);
                break;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                kind = JsonKind.Number;
                p = Number(p);
                break;
            default:
                return Fail(JsonError.ExpectedValue, p);
        }

        if (node is { Fields.Length: > 0 } && p != null)
        {
            var length = (int)(p - start) - (kind == JsonKind.Text ? 1 : 0);
            foreach (var field in node.Fields)
            {
                _captures[field] = new JsonCapture { Start = (int)(start - _start), Length = length, Kind = kind, Escaped = escaped };
            }
        }

        return p;
    }

    private byte* Object(byte* p, PathNode? node, int depth)
    {
        if (depth > MaxDepth)
        {
            return Fail(JsonError.TooDeep, p - 1);
        }

        p = SkipSpace(p);
        if (p < _end && *p == '}')
        {
            return p + 1;
        }

        while (true)
        {
            if (p >= _end)
            {
                return Fail(JsonError.EndsInObject, _end);
            }

            if (*p != '"')
            {
                return Fail(*p == '}' ? JsonError.TrailingComma : JsonError.ExpectedName, p);
            }

            p = Property(p + 1, node, depth);
            if (p == null)
            {
                return null;
            }

            p = SkipSpace(p);
            if (p >= _end)
            {
                return Fail(JsonError.EndsInObject, _end);
            }

            if (*p != ',')
            {
                return *p == '}' ? p + 1 : Fail(JsonError.ExpectedCommaOrBrace, p);
            }

            p = SkipSpace(p + 1);
        }
    }

    /// <summary>Reads a property from its name's first byte on.</summary>
    private byte* Property(byte* name, PathNode? node, int depth)
    {
        var escaped = false;
        var p = String(name, ref escaped);
        if (p == null)
        {
            return null;
        }

        var length = (int)(p - 1 - name);
        var child = node is null ? null : escaped ? EscapedChild(node, name, length) : node.Child(name, length);
        if (child is not null)
        {
            Forget(child);
        }

        p = SkipSpace(p);
        if (p >= _end || *p != ':')
        {
            return p >= _end ? Fail(JsonError.EndsInObject, _end) : Fail(JsonError.ExpectedColon, p);
        }

        p = SkipSpace(p + 1);
        return p < _end ? Value(p, child, depth) : Fail(JsonError.EndsInObject, _end);
    }

    /// <summary>Forgets what an earlier property of the same name gave: the last one counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Forget(PathNode node)
    {
        for (var fields = node.Below; fields != 0; fields &= fields - 1)
        {
            _captures[BitOperations.TrailingZeroCount(fields)].Kind = JsonKind.Absent;
        }
    }

    private static PathNode? EscapedChild(PathNode node, byte* name, int length)
    {
        const int longest = 256;
        if (length > longest)
        {
            return null;
        }

        var plain = stackalloc byte[longest + 8];
        var plainLength = JsonText.Unescape(new ReadOnlySpan<byte>(name, length), new Span<byte>(plain, longest));
        return node.Child(plain, plainLength);
    }

    private byte* List(byte* p, PathNode? node, int depth)
    {
        if (depth > MaxDepth)
        {
            return Fail(JsonError.TooDeep, p - 1);
        }

        p = SkipSpace(p);
        if (p < _end && *p == ']')
        {
            return p + 1;
        }

        for (var index = 0; ; index++)
        {
            if (p >= _end)
            {
                return Fail(JsonError.EndsInArray, _end);
            }

            if (*p == ']')
            {
                return Fail(JsonError.TrailingComma, p);
            }

            p = Value(p, node?.Child(index), depth);
            if (p == null)
            {
                return null;
            }

            p = SkipSpace(p);
            if (p >= _end)
            {
                return Fail(JsonError.EndsInArray, _end);
            }

            if (*p != ',')
            {
                return *p == ']' ? p + 1 : Fail(JsonError.ExpectedCommaOrBracket, p);
            }

            p = SkipSpace(p + 1);
        }
    }
}
