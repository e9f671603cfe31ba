namespace StreamEngine.Chaos;

/// <summary>How much of what a run does.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Decides posts, faults and their moments.</summary>
    public required int Seed { get; init; }

    public long Posts { get; init; } = 2_000_000;

    /// <summary>Event time that the posts take.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromHours(4);

    public int Brands { get; init; } = 20;

    public int Partitions { get; init; } = 8;

    /// <summary>Kafka nodes.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>About how fast posts are written, a second. The faults come one after another meanwhile; whoever is slower is waited for.</summary>
    public double Rate { get; init; } = 25_000;

    public int EngineKills { get; init; } = 20;

    public int DatabaseKills { get; init; } = 5;

    /// <summary>With several nodes: how often each of them is killed.</summary>
    public int BrokerKills { get; init; } = 2;

    public int Freezes { get; init; } = 2;

    /// <summary>How many partitions are added to the topic while the graph runs.</summary>
    public int AddedPartitions { get; init; } = 2;

    /// <summary>The file that engine processes' words are added to; null: none.</summary>
    public string? Log { get; init; }

    /// <summary>The same on a cluster of three nodes, with a quarter of the posts and of the engine's kills, and each node killed once.</summary>
    public ChaosOptions OnCluster() => this with
    {
        Nodes = 3,
        Posts = Posts / 4,
        EngineKills = EngineKills / 4,
        DatabaseKills = Math.Min(DatabaseKills, 1),
        BrokerKills = Math.Min(BrokerKills, 1),
        Freezes = 0,
        AddedPartitions = 0,
    };
}
