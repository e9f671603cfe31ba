using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

internal static class Writers
{
    public static async Task<ClickHouseWriter> OpenAsync(ClickHouseSettings settings, params SinkInput[] inputs) => await OpenAsync(settings, NullLogger.Instance, inputs);

    public static async Task<ClickHouseWriter> OpenAsync(ClickHouseSettings settings, ILogger logger, params SinkInput[] inputs)
    {
        var writer = new ClickHouseWriter(settings, TimeProvider.System, logger);
        try
        {
            await writer.OpenAsync(inputs, CancellationToken.None);
            return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }
}
