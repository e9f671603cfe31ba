using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>The embedded ClickHouse in its process.</summary>
public sealed class EmbeddedServer : ClickHouseServer
{
    private EmbeddedClickHouseProcess? _process;

    /// <inheritdoc/>
    public override async Task StartAsync() => _process = await EmbeddedClickHouseProcess.StartAsync(
        EmbeddedClickHouseProcess.FindProgram(),
        new EmbeddedClickHouseOptions { DataPath = Folder["data"], Port = Port, Password = Connection.Password });

    /// <inheritdoc/>
    public override Task KillAsync()
    {
        _process?.Kill();
        _process?.Dispose();
        _process = null;
        return Task.CompletedTask;
    }
}
