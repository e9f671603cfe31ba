namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// The ClickHouse engine in this process: one data folder, opened once, for the life of the process.
/// </summary>
internal sealed class ChdbEngine : IDisposable
{
    private const string LockFile = ".streamengine.lock";
    private readonly string _pathArgument;
    private readonly FileStream _lock;
    private readonly ChdbConnection _keeper;
    private readonly Lock _keeperUse = new();

    private ChdbEngine(string pathArgument, FileStream folderLock, ChdbConnection keeper)
    {
        _pathArgument = pathArgument;
        _lock = folderLock;
        _keeper = keeper;
        Version = keeper.Query("SELECT version()");
        TimeZone = keeper.Query("SELECT timezone()");
    }

    public string Version { get; }

    public string TimeZone { get; }

    /// <exception cref="EmbeddedServiceException">libchdb is missing, or the folder is in use or cannot be opened.</exception>
    public static ChdbEngine Open(string dataPath)
    {
        ChdbLibrary.Load();
        string path = Path.GetFullPath(dataPath);
        FileStream folderLock = LockFolder(path);
        try
        {
            // The engine must not take the runtime's signals, and takes one regardless of being told.
            ChdbNative.SetSignalHandlersEnabled(0);
            string argument = "--path=" + path;
            using var suspension = new SignalDisposition(SignalDisposition.RuntimeSuspension);
            ChdbConnection keeper = ChdbConnection.Open(argument)
                ?? throw new EmbeddedServiceException($"libchdb cannot open the data folder '{path}': another process uses it, or a newer version wrote it.");
            return new ChdbEngine(argument, folderLock, keeper);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection with a server's defaults.</summary>
    public ChdbConnection Connect()
    {
        ChdbConnection connection = ChdbConnection.Open(_pathArgument) ?? throw ClickHouseException.Unknown("the engine refused a connection");
        // libchdb parses `1 + 1` as `SELECT 1 + 1`, a server does not.
        connection.Query("SET implicit_select = 0");
        return connection;
    }

    /// <summary>Asks every query that carries this mark (its <c>log_comment</c>) to stop; does not wait for it.</summary>
    public void Cancel(string mark) => Kill($"Settings['log_comment'] = {SqlText.Literal(mark)}");

    /// <summary>Asks every query to stop; does not wait for it.</summary>
    public void CancelAll() => Kill("1");

    /// <summary>Shuts the engine down. Every other connection must be closed by now.</summary>
    public void Dispose()
    {
        _keeper.Dispose();
        _ = ChdbNative.Shutdown();
        _lock.Dispose();
    }

    private void Kill(string condition)
    {
        lock (_keeperUse)
            _keeper.Query($"KILL QUERY WHERE {condition} ASYNC");
    }

    private static FileStream LockFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new FileStream(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedServiceException($"The data folder '{path}' cannot be written: {e.Message}", e);
        }
        catch (IOException e) when (Directory.Exists(path))
        {
            throw new EmbeddedServiceException($"The data folder '{path}' is in use by another process; stop it, or name another folder with --data.", e);
        }
        catch (IOException e)
        {
            throw new EmbeddedServiceException($"The data folder '{path}' cannot be created: {e.Message}", e);
        }
    }
}
