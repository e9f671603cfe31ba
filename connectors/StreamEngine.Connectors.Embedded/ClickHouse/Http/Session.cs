namespace StreamEngine.Connectors.Embedded;

/// <summary>A client's session: a connection that lives on between requests. One query at a time has its turn.</summary>
internal sealed class Session(ChdbConnection connection) : IDisposable
{
    public ChdbConnection Connection { get; } = connection;

    public SemaphoreSlim Turn { get; } = new(1, 1);

    public DateTimeOffset Expires { get; set; }

    /// <summary>The session is over; who waited for a turn must ask for a new one.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Ends the session. Only who has the turn may do this; the turn goes on to the next who waits.</summary>
    public void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        Connection.Dispose();
    }

    public void Dispose()
    {
        Close();
        Turn.Dispose();
    }
}
