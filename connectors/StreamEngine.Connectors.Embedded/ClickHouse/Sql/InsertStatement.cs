using System.Text;

namespace StreamEngine.Connectors.Embedded;

/// <summary>An INSERT whose rows follow the statement: <c>INSERT INTO t … FORMAT X</c> or <c>… VALUES</c>, then data.</summary>
/// <param name="HeadLength">Bytes of the statement before FORMAT or VALUES.</param>
/// <param name="Format">The format of the data.</param>
/// <param name="DataOffset">Where the data begin.</param>
internal readonly record struct InsertStatement(int HeadLength, string Format, int DataOffset)
{
    /// <summary>
    /// Finds such an INSERT at the start of a text. Null when the text is another statement, an INSERT … SELECT,
    /// or no statement at all: the engine then says what is wrong with it.
    /// </summary>
    /// <exception cref="ClickHouseException">The INSERT reads its rows from what this interface does not offer.</exception>
    public static InsertStatement? Find(ReadOnlySpan<byte> sql)
    {
        var lexer = new SqlLexer(sql);
        if (!lexer.Next() || !lexer.IsKeyword("INSERT"u8) || !SkipTarget(ref lexer, sql))
            return null;
        do
        {
            if (lexer.Current.Depth > 0)
                continue;
            int start = lexer.Current.Start;
            if (lexer.IsKeyword("VALUES"u8))
                return new InsertStatement(start, "Values", lexer.Current.End);
            if (lexer.IsKeyword("FORMAT"u8))
                return AtFormat(ref lexer, sql, start);
            if (lexer.IsKeyword("SELECT"u8) || lexer.IsKeyword("WITH"u8) || lexer.IsKeyword("WATCH"u8))
                return null;
            if (lexer.IsKeyword("INFILE"u8))
                throw ClickHouseException.NotImplemented("INSERT … FROM INFILE is a feature of clickhouse-client; send the file as the request's body");
        }
        while (lexer.Next());
        return null;
    }

    // INSERT [INTO] [TABLE] [FUNCTION] name[.name] or function(…): names are never keywords here.
    private static bool SkipTarget(ref SqlLexer lexer, ReadOnlySpan<byte> sql)
    {
        if (!lexer.Next() || (lexer.IsKeyword("INTO"u8) && !lexer.Next()) || (lexer.IsKeyword("TABLE"u8) && !lexer.Next()))
            return false;
        if (lexer.IsKeyword("FUNCTION"u8) && !lexer.Next())
            return false;
        if (!lexer.Next())
            return false;
        while (lexer.IsSymbol((byte)'.'))
        {
            if (!lexer.Next() || !lexer.Next())
                return false;
        }
        return !IsSubquery(lexer, sql);
    }

    // INSERT INTO t (SELECT …): a bracket after the table opens a list of columns or a query.
    private static bool IsSubquery(SqlLexer lexer, ReadOnlySpan<byte> sql)
    {
        if (!lexer.IsSymbol((byte)'('))
            return false;
        var inside = new SqlLexer(sql[lexer.Current.End..]);
        return inside.Next() && (inside.IsKeyword("SELECT"u8) || inside.IsKeyword("WITH"u8) || inside.IsSymbol((byte)'('));
    }

    private static InsertStatement? AtFormat(ref SqlLexer lexer, ReadOnlySpan<byte> sql, int head)
    {
        if (!lexer.Next() || lexer.Current.Kind != SqlTokenKind.Word)
            return null;
        string format = Encoding.UTF8.GetString(sql[lexer.Current.Start..lexer.Current.End]);
        int data = lexer.Current.End;
        // As ClickHouse's ParserInsertQuery does: blanks, then at most one end of line, belong to the statement.
        while (data < sql.Length && sql[data] is (byte)' ' or (byte)'\t' or (byte)'\f')
            data++;
        if (data < sql.Length && sql[data] == (byte)';')
            data++;
        if (data < sql.Length && sql[data] == (byte)'\r')
            data++;
        if (data < sql.Length && sql[data] == (byte)'\n')
            data++;
        return new InsertStatement(head, format, data);
    }
}
