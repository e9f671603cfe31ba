using System.Runtime.InteropServices;
using System.Text;

namespace StreamEngine.Connectors.Embedded;

/// <summary>What a statement does, as ClickHouse's own parser sees it (<c>chdb_query_class</c>).</summary>
internal enum QueryClass : uint
{
    ReadOnly = 0,
    Mutating = 1,
    MutatingGlobal = 2,
    Control = 3,
    Unknown = 4,
}

/// <summary>
/// One connection to the engine: its own settings, current database and temporary tables.
/// It runs one statement at a time; the caller sees to that.
/// </summary>
internal sealed unsafe class ChdbConnection : IDisposable
{
    private nint* _connection;

    private ChdbConnection(nint* connection) => _connection = connection;

    public nint Handle => *_connection;

    /// <summary>Opens a connection, or returns null when the engine refuses (it says why on standard error).</summary>
    public static ChdbConnection? Open(params ReadOnlySpan<string> arguments)
    {
        byte** native = (byte**)NativeMemory.AllocZeroed((nuint)arguments.Length + 2, (nuint)sizeof(byte*));
        try
        {
            native[0] = (byte*)Marshal.StringToCoTaskMemUTF8("chdb");
            for (int i = 0; i < arguments.Length; i++)
                native[i + 1] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
            nint* connection = ChdbNative.Connect(arguments.Length + 1, native);
            return connection == null ? null : new ChdbConnection(connection);
        }
        finally
        {
            for (int i = 0; i <= arguments.Length; i++)
                Marshal.FreeCoTaskMem((nint)native[i]);
            NativeMemory.Free(native);
        }
    }

    /// <summary>Runs a statement to its end and returns the whole result.</summary>
    /// <param name="sql">The statement; a FORMAT clause in it wins over <paramref name="format"/>.</param>
    /// <param name="format">The output format.</param>
    /// <param name="parameters">Values of <c>{name:Type}</c>, escaped as in TabSeparated.</param>
    /// <exception cref="ClickHouseException">The engine reports an error.</exception>
    public ChdbResult Query(ReadOnlySpan<byte> sql, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        byte[] formatName = Encoding.UTF8.GetBytes(format);
        using var native = new NativeParameters(parameters);
        fixed (byte* text = sql)
        fixed (byte* name = formatName)
            return ChdbResult.Take(ChdbNative.Query(Handle, text, (nuint)sql.Length, name, (nuint)formatName.Length,
                native.Names, native.NameLengths, native.Values, native.ValueLengths, native.Count));
    }

    /// <summary>Runs a statement and returns its result as text.</summary>
    public string Query(string sql, string format = "RawBLOB")
    {
        using ChdbResult result = Query(Encoding.UTF8.GetBytes(sql), format, []);
        return Encoding.UTF8.GetString(result.Slice(0, checked((int)result.Length)));
    }

    /// <summary>Starts a SELECT whose result is fetched piece by piece.</summary>
    public ChdbQueryStream Stream(ReadOnlySpan<byte> sql, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        byte[] formatName = Encoding.UTF8.GetBytes(format);
        using var native = new NativeParameters(parameters);
        fixed (byte* text = sql)
        fixed (byte* name = formatName)
            return new ChdbQueryStream(this, ChdbNative.StreamQuery(Handle, text, (nuint)sql.Length, name, (nuint)formatName.Length,
                native.Names, native.NameLengths, native.Values, native.ValueLengths, native.Count));
    }

    /// <summary>Starts an INSERT whose data follow.</summary>
    /// <param name="head">The statement up to, and without, FORMAT or VALUES.</param>
    /// <param name="format">The format of the data.</param>
    /// <param name="parameters">As for <see cref="Query(ReadOnlySpan{byte}, string, IReadOnlyList{KeyValuePair{string, string}})"/>.</param>
    public ChdbInsertStream Insert(ReadOnlySpan<byte> head, string format, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        byte[] formatName = Encoding.UTF8.GetBytes(format);
        using var native = new NativeParameters(parameters);
        fixed (byte* text = head)
        fixed (byte* name = formatName)
            return new ChdbInsertStream(ChdbNative.StreamInsert(Handle, text, (nuint)head.Length, name, (nuint)formatName.Length,
                native.Names, native.NameLengths, native.Values, native.ValueLengths, native.Count));
    }

    /// <summary>Says what a statement would do, without running it.</summary>
    public QueryClass Classify(ReadOnlySpan<byte> sql)
    {
        var analysis = new ChdbNative.QueryAnalysis { StructSize = (uint)sizeof(ChdbNative.QueryAnalysis) };
        fixed (byte* text = sql)
        {
            return ChdbNative.Classify(Handle, text, (nuint)sql.Length, null, 0, &analysis) == 0
                ? (QueryClass)analysis.QueryClass
                : QueryClass.Unknown;
        }
    }

    public void Dispose()
    {
        if (_connection == null)
            return;
        ChdbNative.Close(_connection);
        _connection = null;
    }
}
