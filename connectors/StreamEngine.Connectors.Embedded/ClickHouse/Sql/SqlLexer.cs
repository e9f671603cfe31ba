namespace StreamEngine.Connectors.Embedded;

internal enum SqlTokenKind
{
    /// <summary>A keyword or an unquoted name.</summary>
    Word,

    /// <summary>A name in backticks or double quotes.</summary>
    QuotedName,

    /// <summary>A string literal or a heredoc.</summary>
    Literal,

    /// <summary>A number.</summary>
    Number,

    /// <summary>One other character.</summary>
    Symbol,
}

/// <summary>A token of SQL text, as offsets into it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte after it.</param>
/// <param name="Depth">How many brackets enclose it; a bracket itself has the depth outside it.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int End, int Depth);

/// <summary>
/// Splits ClickHouse SQL (UTF-8) into tokens, leaving out white space and comments. It knows just what is needed
/// to find clauses at the top level: quoting, comments, brackets.
/// </summary>
internal ref struct SqlLexer(ReadOnlySpan<byte> sql)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private int _position;
    private int _depth;

    public SqlToken Current { get; private set; }

    /// <summary>Moves to the next token; false at the end.</summary>
    public bool Next()
    {
        SkipBlank();
        if (_position >= _sql.Length)
            return false;
        int start = _position;
        byte first = _sql[start];
        int depth = _depth;
        SqlTokenKind kind;
        switch (first)
        {
            case (byte)'\'':
                (kind, _position) = (SqlTokenKind.Literal, EndOfQuoted(start));
                break;
            case (byte)'`' or (byte)'"':
                (kind, _position) = (SqlTokenKind.QuotedName, EndOfQuoted(start));
                break;
            case (byte)'$' when EndOfHeredoc(start) is { } end:
                (kind, _position) = (SqlTokenKind.Literal, end);
                break;
            case >= (byte)'0' and <= (byte)'9':
                (kind, _position) = (SqlTokenKind.Number, EndOfWord(start));
                break;
            default:
                kind = IsWordByte(first) ? SqlTokenKind.Word : SqlTokenKind.Symbol;
                _position = kind == SqlTokenKind.Word ? EndOfWord(start) : start + 1;
                break;
        }
        if (kind == SqlTokenKind.Symbol)
            depth = EnterOrLeave(first);
        Current = new SqlToken(kind, start, _position, depth);
        return true;
    }

    /// <summary>Whether the current token is this keyword (given in capitals).</summary>
    public readonly bool IsKeyword(ReadOnlySpan<byte> keyword) =>
        Current.Kind == SqlTokenKind.Word
        && System.Text.Ascii.EqualsIgnoreCase(_sql[Current.Start..Current.End], keyword);

    public readonly bool IsSymbol(byte symbol) => Current.Kind == SqlTokenKind.Symbol && _sql[Current.Start] == symbol;

    private int EnterOrLeave(byte symbol) => symbol switch
    {
        (byte)'(' or (byte)'[' or (byte)'{' => _depth++,
        (byte)')' or (byte)']' or (byte)'}' => _depth = int.Max(0, _depth - 1),
        _ => _depth,
    };

    private void SkipBlank()
    {
        while (_position < _sql.Length)
        {
            ReadOnlySpan<byte> rest = _sql[_position..];
            if (rest[0] is (byte)' ' or (>= 9 and <= 13))
                _position++;
            else if (rest.StartsWith("--"u8) || rest.StartsWith("#!"u8) || rest.StartsWith("# "u8))
                Skip(rest, "\n"u8);
            else if (rest.StartsWith("/*"u8))
                Skip(rest, "*/"u8);
            else
                return;
        }
    }

    private void Skip(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> through)
    {
        int end = rest.IndexOf(through);
        _position = end < 0 ? _sql.Length : _position + end + through.Length;
    }

    // A quote inside is doubled or follows a backslash.
    private readonly int EndOfQuoted(int start)
    {
        byte quote = _sql[start];
        for (int i = start + 1; i < _sql.Length; i++)
        {
            if (_sql[i] == (byte)'\\')
                i++;
            else if (_sql[i] == quote && (i + 1 >= _sql.Length || _sql[i + 1] != quote))
                return i + 1;
            else if (_sql[i] == quote)
                i++;
        }
        return _sql.Length;
    }

    // $tag$ … $tag$
    private readonly int? EndOfHeredoc(int start)
    {
        int tagEnd = start + 1;
        while (tagEnd < _sql.Length && IsWordByte(_sql[tagEnd]) && _sql[tagEnd] != (byte)'$')
            tagEnd++;
        if (tagEnd >= _sql.Length || _sql[tagEnd] != (byte)'$')
            return null;
        ReadOnlySpan<byte> tag = _sql[start..(tagEnd + 1)];
        int close = _sql[(tagEnd + 1)..].IndexOf(tag);
        return close < 0 ? null : tagEnd + 1 + close + tag.Length;
    }

    private readonly int EndOfWord(int start)
    {
        int end = start + 1;
        while (end < _sql.Length && IsWordByte(_sql[end]))
            end++;
        return end;
    }

    private static bool IsWordByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'$' or >= 0x80;
}
