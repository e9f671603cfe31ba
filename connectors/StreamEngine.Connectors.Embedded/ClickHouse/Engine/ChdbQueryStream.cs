namespace StreamEngine.Connectors.Embedded;

/// <summary>A running SELECT whose result is fetched block by block.</summary>
internal sealed class ChdbQueryStream : IDisposable
{
    private readonly ChdbConnection _connection;
    private readonly ChdbResult _stream;
    private readonly nint _handle;
    private bool _finished;

    /// <exception cref="ClickHouseException">The query does not start.</exception>
    public ChdbQueryStream(ChdbConnection connection, nint handle)
    {
        _connection = connection;
        _handle = handle;
        _stream = ChdbResult.Take(handle);
    }

    /// <summary>The next block, or null at the end. The caller disposes it.</summary>
    /// <exception cref="ClickHouseException">The query fails.</exception>
    public ChdbResult? Next()
    {
        ChdbResult block;
        try
        {
            block = ChdbResult.Take(ChdbNative.StreamFetch(_connection.Handle, _handle));
        }
        catch
        {
            _finished = true;
            throw;
        }
        if (block.Length > 0)
            return block;
        _finished = true;
        block.Dispose();
        return null;
    }

    /// <summary>Ends the query; one that has not come to its end is cancelled.</summary>
    public void Dispose()
    {
        if (!_finished)
            ChdbNative.StreamCancel(_connection.Handle, _handle);
        _stream.Dispose();
    }
}
