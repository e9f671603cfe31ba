namespace StreamEngine.Operators;

/// <summary>
/// The whole aggregate of one key, so far, out of one source partition. All of it is a sum, a minimum, a maximum or a choice over the set of
/// mentions: their order and how parts are merged make no difference.
/// </summary>
internal struct Slot
{
    public SlotKey Key;

    /// <summary>Mentions counted.</summary>
    public long Posts;

    /// <summary>Mentions by sentiment; 0 where the graph has none.</summary>
    public long Negative;
    public long Neutral;
    public long Positive;

    /// <summary>Mentions with a score, and the sum of their scores in millionths: exact, since every score is rounded first.</summary>
    public long Scored;
    public long ScoreSum;

    /// <summary>People reached, as the posts tell.</summary>
    public long Reach;

    /// <summary>Mentions that came after the partition's watermark had passed the window's end.</summary>
    public long Late;

    /// <summary>Event times in ms of the first and the last mention.</summary>
    public long FirstEvent;
    public long LastEvent;

    /// <summary>Offset of the newest record in it, plus 1: grows whenever the slot changes.</summary>
    public long Version;

    public AuthorSketch Authors;
    public SlotSamples Samples;

    /// <summary>In a <see cref="MergedStore"/>: which part of its window it is, such as the source partition it comes from.</summary>
    public int Part;

    /// <summary>The next slot of the same window in a <see cref="MergedStore"/>; the next older one of the same key in <see cref="SessionSlots"/>. -1 = none.</summary>
    public int Next;

    public SlotFlags Flags;
}

/// <summary>Where a slot stands with the outside.</summary>
[Flags]
internal enum SlotFlags : byte
{
    None = 0,

    /// <summary>Changed since it was last emitted.</summary>
    Unsent = 1,

    /// <summary>Changed since it was last stored.</summary>
    Unstored = 2,

    /// <summary>Stored under its key.</summary>
    Stored = 4,

    /// <summary>In use.</summary>
    Live = 8,
}
