namespace StreamEngine.Connectors.Embedded;

/// <summary>The sessions of all clients, by their id. A session that nobody used for its timeout is closed.</summary>
internal sealed class SessionRegistry : IDisposable
{
    private static readonly TimeSpan _sweepInterval = TimeSpan.FromSeconds(1);
    private readonly ChdbEngine _engine;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _access = new();
    private readonly ITimer _sweeper;

    public SessionRegistry(ChdbEngine engine, TimeProvider clock)
    {
        _engine = engine;
        _clock = clock;
        _sweeper = clock.CreateTimer(_ => Sweep(), null, _sweepInterval, _sweepInterval);
    }

    /// <summary>Waits for the turn in a session, which is opened when there is none and <paramref name="mustExist"/> is false.</summary>
    /// <exception cref="ClickHouseException">There is none and it must exist.</exception>
    public Session Enter(string id, bool mustExist, CancellationToken cancellation)
    {
        while (true)
        {
            Session session = FindOrOpen(id, mustExist);
            session.Turn.Wait(cancellation);
            if (!session.IsClosed)
                return session;
            session.Turn.Release();
        }
    }

    /// <summary>Ends the turn.</summary>
    public void Leave(string id, Session session, TimeSpan timeout, bool close)
    {
        session.Expires = _clock.GetUtcNow() + timeout;
        if (close)
            Close(id, session);
        session.Turn.Release();
    }

    /// <summary>Closes all sessions. No query may be running.</summary>
    public void Dispose()
    {
        _sweeper.Dispose();
        lock (_access)
        {
            foreach (Session session in _sessions.Values)
                session.Dispose();
            _sessions.Clear();
        }
    }

    private Session FindOrOpen(string id, bool mustExist)
    {
        lock (_access)
        {
            if (_sessions.TryGetValue(id, out Session? session))
                return session;
            if (mustExist)
                throw new ClickHouseException(ClickHouseErrorCode.SessionNotFound, "SESSION_NOT_FOUND", $"Session {id} not found");
            session = new Session(_engine.Connect()) { Expires = DateTimeOffset.MaxValue };
            _sessions.Add(id, session);
            return session;
        }
    }

    private void Sweep()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        KeyValuePair<string, Session>[] idle;
        lock (_access)
            idle = [.. _sessions.Where(entry => entry.Value.Expires <= now)];
        foreach ((string id, Session session) in idle)
        {
            // Who has the turn is using it; the timeout begins anew when the turn ends.
            if (!session.Turn.Wait(0))
                continue;
            if (session.Expires <= _clock.GetUtcNow())
                Close(id, session);
            session.Turn.Release();
        }
    }

    private void Close(string id, Session session)
    {
        lock (_access)
            _sessions.Remove(id);
        session.Close();
    }
}
