namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// The connection on which one request runs, with the request's database and settings: a connection of its own,
/// or a session's, on which they are undone when the request ends.
/// </summary>
internal sealed class QueryConnection : IDisposable
{
    private const string DefaultDatabase = "default";
    private const string MarkSetting = "log_comment";
    private readonly SessionRegistry _sessions;
    private readonly QueryRequest _request;
    private readonly Session? _session;
    private string[] _undo = [];

    private QueryConnection(SessionRegistry sessions, QueryRequest request, Session? session, ChdbConnection engine)
    {
        _sessions = sessions;
        _request = request;
        _session = session;
        Engine = engine;
    }

    public ChdbConnection Engine { get; }

    /// <summary>By this <c>log_comment</c> the query can be found and cancelled; null when the client sets its own.</summary>
    public string? Mark { get; private set; }

    /// <summary>Opens a connection and applies what the request asks for.</summary>
    /// <exception cref="ClickHouseException">A setting or the database does not exist, or the session does not.</exception>
    public static QueryConnection Open(ChdbEngine engine, SessionRegistry sessions, QueryRequest request, CancellationToken cancellation)
    {
        Session? session = request.SessionId is { } id ? sessions.Enter(id, request.SessionCheck, cancellation) : null;
        QueryConnection connection;
        connection = new QueryConnection(sessions, request, session, session?.Connection ?? engine.Connect());
        try
        {
            connection.Prepare();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Refuses what GET may not do.</summary>
    /// <exception cref="ClickHouseException">The statement changes something (error 164).</exception>
    public void CheckReadOnly(ReadOnlySpan<byte> sql, bool isSessionControl)
    {
        // On a connection of its own the engine itself refuses: see Prepare.
        if (_session is null || !_request.IsGet)
            return;
        QueryClass queryClass = Engine.Classify(sql);
        if (queryClass != QueryClass.ReadOnly && !(queryClass == QueryClass.Control && isSessionControl))
            throw ReadOnlyViolation();
    }

    public static ClickHouseException ReadOnlyViolation() => new(ClickHouseErrorCode.Readonly, "READONLY",
        "default: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.");

    public void Dispose()
    {
        if (_session is null)
        {
            Engine.Dispose();
            return;
        }
        try
        {
            foreach (string statement in _undo)
                Engine.Query(statement);
        }
        catch (ClickHouseException)
        {
            // The session forbids changes of settings (readonly): it cannot be used as before, so it ends here.
            _sessions.Leave(_request.SessionId!, _session, _request.SessionTimeout, close: true);
            return;
        }
        _sessions.Leave(_request.SessionId!, _session, _request.SessionTimeout, _request.CloseSession);
    }

    private void Prepare()
    {
        List<KeyValuePair<string, string>> settings = [.. _request.Settings];
        if (_request.Setting(MarkSetting) is null)
        {
            Mark = "streamengine " + Guid.NewGuid();
            settings.Insert(0, new(MarkSetting, Mark));
        }
        if (_session is not null)
            _undo = Undo(settings.Select(s => s.Key));
        if (_request.Database is { } database && (_session is not null || database != DefaultDatabase))
            Engine.Query("USE " + SqlText.Identifier(database));
        if (_session is null && _request.IsGet && _request.Setting("readonly") is null or "0")
            settings.Add(new("readonly", "2"));
        Engine.Query("SET " + string.Join(", ", settings.Select(s => $"{s.Key} = {SqlText.Literal(s.Value)}")));
    }

    // The statements that bring back the database and the settings that the session has now.
    private string[] Undo(IEnumerable<string> names)
    {
        string list = string.Join(", ", names.Distinct().Select(SqlText.Literal));
        string settings = Engine.Query(
            $$"""
            SELECT concat('SET ', arrayStringConcat(groupArray(concat(name, ' = ', if(changed,
                concat('\'', replaceAll(replaceAll(value, '\\', '\\\\'), '\'', '\\\''), '\''), 'DEFAULT'))), ', '))
            FROM system.settings WHERE name IN ({{list}}) HAVING count() > 0
            """);
        string database = "USE " + SqlText.Identifier(Engine.Query("SELECT currentDatabase()"));
        return settings.Length > 0 ? [settings, database] : [database];
    }
}
