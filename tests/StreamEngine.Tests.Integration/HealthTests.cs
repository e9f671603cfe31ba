using System.Globalization;
using System.Net;

namespace StreamEngine.Tests.Integration;

/// <summary>What a running graph says of itself over HTTP.</summary>
[Collection(KafkaCollection.Name)]
public sealed class HealthTests(RealKafka kafka) : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [KafkaFact]
    public async Task A_graph_is_ready_when_its_partitions_are_read_and_its_metrics_tell_ledger_counts_lag_checkpoints_and_connections()
    {
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("health", 2), RealKafka.UniqueName("health"));
        var posts = new PostStream(seed: 91, partitions: 2);
        posts.Publish(kafka.Bootstrap, topic, 3000);
        new PostStream(seed: 91, partitions: 2).Publish(kafka.Bootstrap, topic, 1000);
        var at = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, new Uri("http://127.0.0.1:1"), "--http", $"{at.Port}").ToList();
        AddDedupe(folder);
        using var engine = RunningProgram.Start(run);

        await Eventually.Holds(async () => await Status(new Uri(at, "readyz")) == HttpStatusCode.OK, () => $"the graph is ready\n{engine.Error}", TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, await Status(new Uri(at, "healthz")));
        var text = "";
        async Task<bool> Counted()
        {
            text = await _http.GetStringAsync(new Uri(at, "metrics"));
            // Operators' counts are as of the last checkpoint, the ledger as of the last batch.
            return Sum(text, "streamengine_ledger_records", "fate=") == posts.Count + 1000 && Sum(text, "streamengine_operator_counts", "what=\"duplicate\"") == 1000;
        }

        await Eventually.Holds(Counted, () => $"the ledger and what dedupe counts are among the metrics:\n{text}", TimeSpan.FromSeconds(60));
        Assert.Equal(posts.Unmatched + 1000, Sum(text, "streamengine_ledger_records", "fate=\"unmatched\""));
        Assert.Equal(0, Sum(text, "streamengine_partition_lag", "stage=\"ingest\""));
        Assert.True(Sum(text, "streamengine_checkpoints", "stage=\"ingest\"") > 0, text);
        Assert.True(Sum(text, "streamengine_checkpoint_size", "stage=\"ingest\"") > 0, text);
        Assert.Equal(2, Sum(text, "streamengine_restores", "stage=\"ingest\""));
        Assert.Equal(1, Sum(text, "streamengine_connection_up", "worker=\"ingest.0\""));
        Assert.Equal(0, Sum(text, "streamengine_connection_up", "to=\"sink\""));
        Assert.True(Sum(text, "streamengine_partition_event_time_lag", "partition=\"0\"") > 0, text);
        Assert.True(Sum(text, "dotnet_process_memory_working_set", "") > 0, text);
    }

    [KafkaFact]
    public async Task A_partition_that_went_to_another_process_is_shown_by_that_one_alone_so_ledgers_and_counts_can_be_summed()
    {
        using var folder = new TempFolder();
        var (topic, graph) = (await kafka.CreateTopic("handed", 2), RealKafka.UniqueName("handed"));
        new PostStream(seed: 92, partitions: 2).Publish(kafka.Bootstrap, topic, 1000);
        new PostStream(seed: 92, partitions: 2).Publish(kafka.Bootstrap, topic, 1000);
        Uri[] at = [new($"http://127.0.0.1:{FreePort.Next()}"), new($"http://127.0.0.1:{FreePort.Next()}")];
        using var first = Start(at[0]);
        var texts = new string[2];
        await Eventually.Holds(async () => await Read(0) && Sum(texts[0], "streamengine_ledger_records", "fate=") == 2000, () => $"the first has all\n{first.Error}", TimeSpan.FromSeconds(60));

        using var second = Start(at[1]);
        await Eventually.Holds(async () => await Read(0) && await Read(1) && texts.All(text => Sum(text, "streamengine_assigned_partitions", "stage=\"ingest\"") == 1), () => $"each has one\n{second.Error}", TimeSpan.FromSeconds(60));

        foreach (var (expected, name, label) in new[] { (2000, "streamengine_ledger_records", "fate="), (1000, "streamengine_operator_counts", "what=\"duplicate\"") })
        {
            double Sums() => texts.Sum(text => Sum(text, name, label));
            await Eventually.Holds(async () => await Read(0) && await Read(1) && Sums() == expected, () => $"{name} is {expected} in all, not {Sums()}", TimeSpan.FromSeconds(20));
        }

        RunningProgram Start(Uri one)
        {
            var run = PostStream.Run(folder, graph, kafka.Bootstrap, topic, new Uri("http://127.0.0.1:1"), "--http", $"{one.Port}").ToList();
            AddDedupe(folder);
            return RunningProgram.Start(run);
        }

        async Task<bool> Read(int process)
        {
            var isThere = await Status(new Uri(at[process], "readyz")) == HttpStatusCode.OK;
            texts[process] = isThere ? await _http.GetStringAsync(new Uri(at[process], "metrics")) : "";
            return isThere;
        }
    }

    private static void AddDedupe(TempFolder folder) =>
        File.WriteAllText(folder["graph.yaml"], File.ReadAllText(folder["graph.yaml"]).Replace("- decode: {}", "- decode: {}\n  - dedupe: {}", StringComparison.Ordinal));

    private async Task<HttpStatusCode?> Status(Uri address)
    {
        try
        {
            using var response = await _http.GetAsync(address);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The sum of the samples whose line begins with a name and holds a label.</summary>
    private static double Sum(string metrics, string name, string label) => metrics.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture));
}
