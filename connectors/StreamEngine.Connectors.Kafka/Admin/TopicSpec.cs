using System.Collections.Immutable;

namespace StreamEngine.Connectors.Kafka;

/// <summary>A topic as it should be.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">At least as many partitions.</param>
public sealed record TopicSpec(string Name, int Partitions)
{
    /// <summary>Settings that a new topic gets and an existing one is checked for, such as <c>cleanup.policy</c>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Settings that only a new topic gets; an existing one may differ.</summary>
    public ImmutableSortedDictionary<string, string> SettingsWhenCreated { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Copies of each partition in a new topic; -1 = the cluster's default.</summary>
    public short Replicas { get; init; } = -1;

    /// <summary>Whether an existing topic is taken with the partitions that it has, and only a new one gets as many as are asked for.</summary>
    public bool KeepsPartitions { get; init; }

    /// <summary>Whether an existing topic with fewer partitions gets more; else that is a mismatch. Growing moves keys to other partitions.</summary>
    public bool Grow { get; init; }

    /// <summary>A topic that keeps the last record of each key, for state.</summary>
    /// <remarks>Who reads it back reads the segment that is being written, too, which no cleaner touches: so segments are small.</remarks>
    public static TopicSpec Compacted(string name, int partitions) => new(name, partitions)
    {
        Settings = ImmutableSortedDictionary<string, string>.Empty.Add("cleanup.policy", "compact"),
        SettingsWhenCreated = ImmutableSortedDictionary<string, string>.Empty.Add("segment.bytes", $"{64 << 20}"),
    };
}

/// <summary>What <see cref="TopicAdmin"/> found of a topic and did.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">How many partitions it has now.</param>
/// <param name="Created">Whether it was missing.</param>
/// <param name="Mismatches">What is not as it should be, in words for the user; empty when all is well.</param>
public sealed record TopicReport(string Name, int Partitions, bool Created, ImmutableArray<string> Mismatches);
