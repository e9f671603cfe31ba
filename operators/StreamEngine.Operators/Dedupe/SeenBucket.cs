namespace StreamEngine.Operators;

/// <summary>The names that came during a stretch of the partition's event time, in order, in blocks of <see cref="BlockSize"/>. They are forgotten together.</summary>
internal sealed class SeenBucket
{
    /// <summary>Names of a block: in memory, and in an entry of the state.</summary>
    public const int BlockSize = 256;

    /// <summary>Its number; those that come later have higher ones.</summary>
    public long Number { get; set; }

    /// <summary>The event time at which it starts, ms since 1970.</summary>
    public long Start { get; set; }

    /// <summary>The event time at which the next one starts.</summary>
    public long End { get; set; }

    /// <summary>How many names it holds.</summary>
    public int Count { get; set; }

    /// <summary>How many of them are stored.</summary>
    public int Stored { get; set; }

    /// <summary>Handles of its blocks; all but the last are full.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>How many blocks some names take.</summary>
    public static int BlocksOf(int names) => (names + BlockSize - 1) / BlockSize;

    /// <summary>How many names a block holds.</summary>
    public int CountIn(int block) => Math.Min(BlockSize, Count - (block * BlockSize));
}
