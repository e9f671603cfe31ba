using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Runtime;

/// <summary>Which partition a key belongs to. The same in every topic that the engine writes, whoever writes it.</summary>
public static class Partitioning
{
    /// <summary>The partition, 0 to <paramref name="partitions"/> - 1, of a key.</summary>
    public static int Of(ReadOnlySpan<byte> key, int partitions) => (int)(Hash64.Of(key) % (ulong)partitions);
}
