using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Core.Sinks;
using StreamEngine.Tests.Connectors.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>The sink <c>clickhouse</c> before a real server.</summary>
public sealed class ClickHouseSinkConformance : RemoteSinkConformance
{
    private protected override async Task<ISinkTarget> Start() => new Target(await ClickHouseServer.StartAsync(ServerKind.Embedded));

    /// <summary>Readers read the view. A record's number is the minute of its window.</summary>
    private sealed class Target(ClickHouseServer server) : ISinkTarget
    {
        public SinkInput Input => Records.Windows;

        public ISinkWriter Create() => new ClickHouseWriter(server.Settings("conforming"), TimeProvider.System, NullLogger.Instance);

        public byte[] Record(int number) => Encoding.UTF8.GetBytes(Records.Window("Kwik", Records.Start + (number * 60_000L), 2, 1));

        public async Task<IReadOnlyList<int>> Read() =>
            [.. (await server.RowsAsync("SELECT toUnixTimestamp(window_start) FROM conforming.brand_sentiment ORDER BY window_start"))
                .Select(row => (int)((long.Parse(row, CultureInfo.InvariantCulture) - (Records.Start / 1000)) / 60))];

        public Task GoAway() => server.KillAsync();

        public Task ComeBack() => server.StartAsync();

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
