namespace StreamEngine.Chaos.Faults;

/// <summary>Something that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">The Kafka node, from 1, where it is one's.</param>
internal readonly record struct Fault(FaultKind Kind, int Node = 1)
{
    /// <summary>All faults of a run, in an order by chance. Partitions are not added in the last quarter, so that posts still come into them.</summary>
    public static List<Fault> Plan(ChaosOptions options, Random random)
    {
        var faults = new List<Fault>();
        void Add(FaultKind kind, int times, int node = 1) => faults.AddRange(Enumerable.Repeat(new Fault(kind, node), times));
        Add(FaultKind.KillEngine, options.EngineKills);
        Add(FaultKind.KillDatabase, options.DatabaseKills);
        Add(FaultKind.FreezeEngine, options.Freezes);
        for (var node = 1; node <= options.Nodes; node++)
        {
            Add(FaultKind.KillBroker, options.BrokerKills, node);
        }

        var order = faults.ToArray();
        random.Shuffle(order);
        faults = [.. order];
        if (options.AddedPartitions > 0)
        {
            faults.Insert(random.Next((faults.Count * 3 / 4) + 1), new Fault(FaultKind.AddPartitions));
        }

        return faults;
    }

    public override string ToString() => Kind switch
    {
        FaultKind.KillEngine => "kill -9 of an engine process",
        FaultKind.KillDatabase => "kill -9 of ClickHouse",
        FaultKind.KillBroker => $"kill -9 of Kafka node {Node}",
        FaultKind.FreezeEngine => "SIGSTOP of an engine process past its session",
        _ => "partitions added",
    };
}

internal enum FaultKind
{
    KillEngine,
    KillDatabase,
    KillBroker,
    FreezeEngine,
    AddPartitions,
}
