using System.Text;

namespace StreamEngine.Connectors.Embedded;

/// <summary>What has to be known of a statement, other than an INSERT of data, before it is run.</summary>
/// <param name="IsSelect">It begins with SELECT or WITH and selects.</param>
/// <param name="IsSessionControl">It begins with SET or USE.</param>
/// <param name="Format">The name after FORMAT, when there is such a clause.</param>
/// <param name="HasMoreThanRows">Its result may hold totals, extremes or an enclosing array besides rows.</param>
internal readonly record struct QueryShape(bool IsSelect, bool IsSessionControl, string? Format, bool HasMoreThanRows)
{
    /// <summary>Settings that put more than rows into a result.</summary>
    public static readonly string[] SettingsBeyondRows = ["extremes", "output_format_json_array_of_rows"];

    /// <summary>Reads a statement.</summary>
    /// <exception cref="ClickHouseException">There is none, there are several, or it writes a file of the client's.</exception>
    public static QueryShape Of(ReadOnlySpan<byte> sql)
    {
        var lexer = new SqlLexer(sql);
        bool any = lexer.Next();
        // A SELECT may stand in brackets.
        while (any && lexer.IsSymbol((byte)'('))
            any = lexer.Next();
        if (!any)
            throw ClickHouseException.Syntax("Syntax error: failed at position 1 (end of query): . Empty query");
        bool selects = lexer.IsKeyword("SELECT"u8) || lexer.IsKeyword("WITH"u8);
        bool controls = lexer.IsKeyword("SET"u8) || lexer.IsKeyword("USE"u8);
        bool beyondRows = false, afterFormat = false, afterInto = false, ended = false;
        string? format = null, candidate = null;
        do
        {
            if (ended)
                throw ClickHouseException.Syntax($"Syntax error (Multi-statements are not allowed): failed at position {lexer.Current.Start + 1}");
            beyondRows |= lexer.IsKeyword("TOTALS"u8) || lexer.IsKeyword("EXTREMES"u8) || lexer.IsKeyword("OUTPUT_FORMAT_JSON_ARRAY_OF_ROWS"u8);
            if (lexer.Current.Depth > 0)
                continue;
            if (afterInto && lexer.IsKeyword("OUTFILE"u8))
                throw new ClickHouseException(ClickHouseErrorCode.IntoOutfileNotAllowed, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed");
            ended = lexer.IsSymbol((byte)';');
            // FORMAT is also a function and may be a name: the clause is last, but for SETTINGS.
            if (candidate is not null && (ended || lexer.IsKeyword("SETTINGS"u8)))
                format = candidate;
            candidate = afterFormat && lexer.Current.Kind == SqlTokenKind.Word
                ? Encoding.UTF8.GetString(sql[lexer.Current.Start..lexer.Current.End])
                : null;
            afterFormat = lexer.IsKeyword("FORMAT"u8);
            afterInto = lexer.IsKeyword("INTO"u8);
            selects &= !lexer.IsKeyword("INSERT"u8);
        }
        while (lexer.Next());
        return new QueryShape(selects, controls, candidate ?? format, beyondRows);
    }
}
