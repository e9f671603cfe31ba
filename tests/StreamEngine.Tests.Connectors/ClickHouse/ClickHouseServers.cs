using System.Collections.Concurrent;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>One server of each kind for all tests that neither stop nor configure theirs; started when first asked for.</summary>
public sealed class ClickHouseServers : IAsyncLifetime
{
    private static int _databases;

    private readonly ConcurrentDictionary<ServerKind, Lazy<Task<ClickHouseServer>>> _servers = new();

    public Task<ClickHouseServer> GetAsync(ServerKind kind) =>
        _servers.GetOrAdd(kind, k => new Lazy<Task<ClickHouseServer>>(() => ClickHouseServer.StartAsync(k))).Value;

    /// <summary>The name of a database that no other test uses.</summary>
    public static string NewDatabase() => $"test_{Interlocked.Increment(ref _databases)}";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await (await server.Value).DisposeAsync();
        }
    }
}

/// <summary>Tests marked <c>[Collection(ClickHouseCollection.Name)]</c> take <see cref="ClickHouseServers"/> in their constructor.</summary>
[CollectionDefinition(Name)]
public sealed class ClickHouseCollection : ICollectionFixture<ClickHouseServers>
{
    public const string Name = "ClickHouse";
}
