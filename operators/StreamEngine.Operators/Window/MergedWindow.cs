namespace StreamEngine.Operators;

/// <summary>One window of one key in a <see cref="MergedStore"/>: where its slots are and what was last emitted of it.</summary>
internal struct MergedWindow
{
    public SlotKey Key;

    /// <summary>Its end, exclusive; of a session, as far as it goes by now.</summary>
    public long End;

    /// <summary>Position of the first slot; the others hang behind it. -1 = none.</summary>
    public int FirstSlot;

    /// <summary>What grows whenever the window's content changes: the sum of its slots' versions; of a session the mentions counted.</summary>
    public long Revision;

    /// <summary>The version last emitted, 2 · <see cref="Revision"/>, plus 1 as final; 0 = never.</summary>
    public long Emitted;

    /// <summary>In the list of windows that changed since they were emitted.</summary>
    public bool Unsent;

    /// <summary><see cref="Emitted"/> changed since it was stored.</summary>
    public bool Unstored;

    public bool Stored;
    public bool Live;

    /// <summary>Whether it was last emitted as final.</summary>
    public readonly bool IsFinal => (Emitted & 1) != 0;

    /// <summary>Whether what was last emitted is what its slots add up to.</summary>
    public readonly bool IsCurrent => Emitted >> 1 == Revision;

    /// <summary>Whether its row must be taken back: it was emitted, and its slots went to another session.</summary>
    public readonly bool IsRetracted => FirstSlot < 0 && Emitted != 0;
}
