namespace StreamEngine.Operators;

/// <summary>One window of one key in the merge phase: where its slots are and what was last emitted of it.</summary>
internal struct MergedWindow
{
    public SlotKey Key;

    /// <summary>Position of the first slot; the others hang behind it. -1 = none.</summary>
    public int FirstSlot;

    /// <summary>Sum of its slots' versions.</summary>
    public long VersionSum;

    /// <summary>The version last emitted; 0 = never.</summary>
    public long Emitted;

    /// <summary>In the list of windows that changed since they were emitted.</summary>
    public bool Unsent;

    /// <summary><see cref="Emitted"/> changed since it was stored.</summary>
    public bool Unstored;

    public bool Stored;
    public bool Live;

    /// <summary>Whether it was emitted as final.</summary>
    public readonly bool IsFinal => (Emitted & 1) != 0;

    /// <summary>Whether what was last emitted is what its slots add up to.</summary>
    public readonly bool IsCurrent => Emitted >> 1 == VersionSum;
}
