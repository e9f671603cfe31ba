namespace StreamEngine.Chaos.Running;

/// <summary>The graph that is put to the test, and its brands.</summary>
internal static class GraphFiles
{
    /// <summary>As deploy/graphs/brand-sentiment.yaml; sessions are short, so that what is killed or frozen is soon noticed.</summary>
    private const string Graph = """
        name: chaos
        source:
          kafka:
            topic: posts
            transaction_timeout: 10s
            settings:
              session.timeout.ms: 4000
              heartbeat.interval.ms: 1000
              topic.metadata.refresh.interval.ms: 2000
              reconnect.backoff.max.ms: 1000
        operators:
          - decode: {}
          - match: { brands: brands.yaml }
          - language: {}
          - sentiment: {}
          - window:
              size: 1m
              max_disorder: 5s
              lateness: 30m
              early: 200ms
          - spikes: {}
        sinks:
          - kafka: { topic: alerts }
            from: spikes
          - clickhouse: {}
            from: [window, spikes, dead-letters, late]
        runtime:
          checkpoint_interval: 100ms
          workers: 1
        """;

    public static void WriteBrands(TempFolder folder, IEnumerable<string> brands) =>
        File.WriteAllText(folder["brands.yaml"], "brands:\n" + string.Concat(brands.Select(brand => $"  - name: {brand}\n    keywords: [{brand}]\n")));

    /// <summary>Writes the graph, and gives the arguments that run it.</summary>
    public static string[] Write(TempFolder folder, IReadOnlyList<string> brands, Names names, string bootstrap, Uri clickHouse)
    {
        WriteBrands(folder, brands);
        File.WriteAllText(folder["graph.yaml"], Graph);
        return
        [
            "run", folder["graph.yaml"], "--json",
            "--set", $"name={names.Graph}",
            "--set", $"source.kafka.brokers={bootstrap}",
            "--set", $"source.kafka.topic={names.Source}",
            "--set", $"sinks.kafka.topic={names.Alerts}",
            "--set", $"sinks.clickhouse.url={clickHouse}",
        ];
    }
}

/// <summary>What a run calls its graph and topics.</summary>
internal sealed record Names(string Graph, string Source)
{
    public string Alerts => $"{Graph}.alerts";

    public string DeadLetters => $"{Graph}.dead-letters";

    public string Late => $"{Graph}.late";

    public string IngestGroup => $"{Graph}.ingest";
}
