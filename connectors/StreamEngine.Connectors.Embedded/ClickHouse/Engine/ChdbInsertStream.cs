using System.Runtime.InteropServices;

namespace StreamEngine.Connectors.Embedded;

/// <summary>A running INSERT that takes its data piece by piece and blocks while the engine is behind.</summary>
internal sealed unsafe class ChdbInsertStream : IDisposable
{
    private nint _handle;
    private bool _finished;

    /// <exception cref="ClickHouseException">The INSERT does not start.</exception>
    public ChdbInsertStream(nint handle)
    {
        _handle = handle;
        if (Error() is { } error)
        {
            Dispose();
            throw error;
        }
    }

    /// <exception cref="ClickHouseException">The data are wrong, or the INSERT failed for another reason.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            if (ChdbNative.InsertAppend(_handle, pointer, (nuint)bytes.Length) != 0)
                throw Error() ?? ClickHouseException.Unknown("the engine took no more data and did not say why");
        }
    }

    /// <summary>Commits; on return the rows are in the table.</summary>
    /// <exception cref="ClickHouseException">The data are wrong, or the INSERT failed for another reason.</exception>
    public QueryStatistics Commit()
    {
        _finished = true;
        using ChdbResult result = ChdbResult.Take(ChdbNative.InsertDone(_handle));
        return result.Statistics;
    }

    /// <summary>Ends the INSERT; one that was not committed is cancelled.</summary>
    public void Dispose()
    {
        if (_handle == 0)
            return;
        if (!_finished)
            ChdbNative.InsertCancel(_handle);
        ChdbNative.InsertDestroy(_handle);
        _handle = 0;
    }

    private ClickHouseException? Error()
    {
        nint error = ChdbNative.InsertError(_handle);
        return error == 0 ? null : ClickHouseException.FromEngine(Marshal.PtrToStringUTF8(error) ?? "");
    }
}
