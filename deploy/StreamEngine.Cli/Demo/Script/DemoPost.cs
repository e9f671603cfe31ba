namespace StreamEngine.Cli.Demo;

/// <summary>Where the ledger is to count a record.</summary>
internal enum ExpectedFate
{
    /// <summary>It mentions a brand.</summary>
    Counted,

    /// <summary>It mentions none.</summary>
    Unmatched,

    /// <summary>It is hours late.</summary>
    Late,

    /// <summary>It cannot be read, or its time is impossible.</summary>
    Dead,
}

/// <summary>A record of the scripted day.</summary>
/// <param name="Arrival">When it reaches Kafka, ms since 1970.</param>
/// <param name="Partition">The source partition that it goes to.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Fate">What must become of it.</param>
internal readonly record struct DemoPost(long Arrival, int Partition, byte[] Value, ExpectedFate Fate);
