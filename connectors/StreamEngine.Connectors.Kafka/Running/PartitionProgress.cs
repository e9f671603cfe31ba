using System.Collections.Immutable;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Connectors.Kafka;

/// <summary>How far a partition of the input is worked on.</summary>
/// <param name="NextOffset">The first offset not yet taken; -1 where none is known.</param>
/// <param name="Ledger">Where its records went, since the first one ever.</param>
/// <param name="End">The offset after the last record that the broker has, as last heard; -1 where it is not known.</param>
/// <param name="EventTime">How far it is in event time, ms since 1970; <see cref="long.MinValue"/> where none is known.</param>
/// <param name="IsHere">Whether this process has the partition now.</param>
public readonly record struct PartitionProgress(long NextOffset, Ledger Ledger, long End = -1, long EventTime = long.MinValue, bool IsHere = false)
{
    /// <summary>What operators count of their own.</summary>
    public ImmutableArray<OperatorCount> Counts { get; init; } = [];
}
