using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Embedded;

/// <summary>A result in native memory, valid until disposed.</summary>
internal sealed unsafe class ChdbResult : IDisposable
{
    private nint _handle;

    private ChdbResult(nint handle) => _handle = handle;

    /// <exception cref="ClickHouseException">The result is an error.</exception>
    public static ChdbResult Take(nint handle)
    {
        if (handle == 0)
            throw ClickHouseException.Unknown("the engine returned no result");
        var result = new ChdbResult(handle);
        nint error = ChdbNative.ResultError(handle);
        if (error == 0)
            return result;
        string message = Marshal.PtrToStringUTF8(error) ?? "";
        result.Dispose();
        throw ClickHouseException.FromEngine(message);
    }

    public nuint Length => ChdbNative.ResultLength(_handle);

    public QueryStatistics Statistics => new(
        RowsRead: ChdbNative.ResultStorageRows(_handle),
        BytesRead: ChdbNative.ResultStorageBytes(_handle),
        RowsWritten: ChdbNative.ResultRowsWritten(_handle),
        BytesWritten: ChdbNative.ResultBytesWritten(_handle),
        ResultRows: ChdbNative.ResultRows(_handle),
        ResultBytes: Length,
        Elapsed: TimeSpan.FromSeconds(ChdbNative.ResultElapsed(_handle)));

    /// <summary>A part of the result's bytes.</summary>
    public ReadOnlySpan<byte> Slice(nuint offset, int length) => new(ChdbNative.ResultBuffer(_handle) + offset, length);

    /// <summary>Copies the whole result to a stream, in pieces.</summary>
    public void CopyTo(Stream destination)
    {
        const int piece = 1 << 20;
        nuint length = Length;
        for (nuint offset = 0; offset < length; offset += piece)
            destination.Write(Slice(offset, (int)nuint.Min(piece, length - offset)));
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        ChdbNative.ResultDestroy(_handle);
        _handle = 0;
    }
}
