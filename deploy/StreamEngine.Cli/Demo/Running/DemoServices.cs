using StreamEngine.Connectors.Embedded;
using StreamEngine.Core.Planning;

namespace StreamEngine.Cli.Demo;

/// <summary>The embedded Kafka and ClickHouse of a demo, and the folder that ClickHouse keeps its tables in.</summary>
internal sealed class DemoServices : IAsyncDisposable
{
    private readonly EmbeddedClickHouseProcess _clickHouse;
    private readonly string? _folderToRemove;

    private DemoServices(EmbeddedKafka kafka, EmbeddedClickHouseProcess clickHouse, string data, string? folderToRemove) =>
        (Kafka, _clickHouse, ClickHouseFolder, _folderToRemove) = (kafka, clickHouse, data, folderToRemove);

    public EmbeddedKafka Kafka { get; }

    public Uri ClickHouseUrl => _clickHouse.Url;

    public string ClickHouseFolder { get; }

    /// <summary>Starts both on free ports.</summary>
    /// <param name="keepFolder">The folder to keep; <see langword="null"/> for a temporary one, which goes away at the end.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="EmbeddedServiceException">One does not start; the message says why and what to do.</exception>
    public static async Task<DemoServices> StartAsync(string? keepFolder, CancellationToken stop)
    {
        var folder = keepFolder is null ? Directory.CreateTempSubdirectory("streamengine-demo-").FullName : Directory.CreateDirectory(keepFolder).FullName;
        var toRemove = keepFolder is null ? folder : null;
        EmbeddedKafka? kafka = null;
        try
        {
            var data = Path.Combine(folder, "clickhouse");
            var starting = EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), new EmbeddedClickHouseOptions { DataPath = data }, stop);
            kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions());
            return new DemoServices(kafka, await starting, data, toRemove);
        }
        catch
        {
            kafka?.Dispose();
            Remove(toRemove);
            throw;
        }
    }

    /// <summary>Makes the topics of a plan, the source's too.</summary>
    public void CreateTopics(GraphPlan plan, int partitions)
    {
        foreach (var topic in plan.Topics)
        {
            Kafka.CreateTopic(topic.Name, partitions);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _clickHouse.DisposeAsync();
        Kafka.Dispose();
        Remove(_folderToRemove);
    }

    private static void Remove(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"streamengine: the temporary folder {folder} could not be removed: {error.Message}");
        }
    }
}
