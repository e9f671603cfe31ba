namespace StreamEngine.Operators;

/// <summary>
/// Sessions over all source partitions: a session is what lies together of the partitions' slots, each from its first post's second to its
/// last one's plus the gap. A slot that comes may make one grow, to both sides, and make one of several.
/// </summary>
/// <remarks>
/// A partition's slots only grow. So of two of one partition, of which one lies within the other, the larger holds the smaller one's posts
/// and takes its place, whatever comes first. A session that was emitted and starts earlier now, or is part of another, is kept without slots
/// until its row is taken back (<see cref="MergedWindow.IsRetracted"/>); no session ever starts there again.
/// <para>
/// A post that is still taken is younger than <see cref="MergedStore.ForgottenThrough"/> - which the caller keeps at least the gap behind what
/// is settled - and so belongs to no session forgotten. A slot that starts before that must go on from one that is known, else it is refused:
/// it may hold posts of a session that is forgotten.
/// </para>
/// </remarks>
internal sealed class SessionStore(long gap) : MergedStore(start => start + gap)
{
    private Dictionary<SlotKey, List<int>> _byKey = [];

    /// <summary>Called when a session that was emitted went into another.</summary>
    public Action<int>? Retracted { get; set; }

    /// <inheritdoc/>
    public override bool BoundsMove => true;

    /// <inheritdoc/>
    public override PutResult Put(in SlotKey key, int part, long version, ReadOnlySpan<byte> encoded, out int window, out int slot)
    {
        window = -1;
        slot = Slots.Add(key);
        Slots[slot].Part = part;
        try
        {
            Read(slot, version, encoded);
            if (Slots[slot].Posts == 0)
            {
                throw new FormatException("the slot of a session is empty");
            }
        }
        catch (FormatException)
        {
            Slots.Remove(slot);
            throw;
        }

        var start = SessionTime.Start(Slots[slot].FirstEvent);
        var sessions = SessionsOf(key with { Start = 0 });
        var from = FirstEndingAfter(sessions, start);
        var to = from;
        while (to < sessions.Count && this[sessions[to]].Key.Start < EndOf(slot))
        {
            to++;
        }

        var known = Known(sessions, from, to, slot, out var goesOn);
        if (known || (start < ForgottenThrough && !goesOn))
        {
            Slots.Remove(slot);
            RemoveIfEmpty(sessions, key with { Start = 0 });
            return known ? PutResult.Known : PutResult.Forgotten;
        }

        window = Unite(sessions, from, to, key, start);
        Replace(window, slot);
        return PutResult.Taken;
    }

    /// <inheritdoc/>
    public override int HolderOf(int window)
    {
        if (this[window].FirstSlot >= 0)
        {
            return window;
        }

        var sessions = SessionsOf(this[window].Key with { Start = 0 });
        var at = FirstEndingAfter(sessions, this[window].Key.Start);
        return at < sessions.Count && this[sessions[at]].Key.Start <= this[window].Key.Start ? sessions[at] : -1;
    }

    /// <inheritdoc/>
    public override void Remove(int window)
    {
        if (this[window].FirstSlot >= 0)
        {
            var key = this[window].Key with { Start = 0 };
            var sessions = SessionsOf(key);
            sessions.Remove(window);
            RemoveIfEmpty(sessions, key);
        }

        base.Remove(window);
    }

    /// <inheritdoc/>
    protected override void Renew()
    {
        base.Renew();
        _byKey = _byKey.ToDictionary(sessions => Texts.Renew(sessions.Key), sessions => sessions.Value);
    }

    private void RemoveIfEmpty(List<int> sessions, in SlotKey key)
    {
        if (sessions.Count == 0)
        {
            _byKey.Remove(key);
        }
    }

    /// <summary>The sessions of a key, in order of time; they do not overlap.</summary>
    private List<int> SessionsOf(in SlotKey key)
    {
        if (!_byKey.TryGetValue(key, out var sessions))
        {
            _byKey[key] = sessions = [];
        }

        return sessions;
    }

    private long EndOf(int slot) => SessionTime.Start(Slots[slot].LastEvent) + gap;

    private int FirstEndingAfter(List<int> sessions, long time)
    {
        var (low, high) = (0, sessions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = this[sessions[middle]].End > time ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>Whether a slot of the same partition is there that holds all that this one does; and whether this one goes on from one that starts with it.</summary>
    private bool Known(List<int> sessions, int from, int to, int slot, out bool goesOn)
    {
        goesOn = false;
        for (var i = from; i < to; i++)
        {
            for (var other = this[sessions[i]].FirstSlot; other >= 0; other = Slots[other].Next)
            {
                if (Slots[other].Part != Slots[slot].Part)
                {
                    continue;
                }

                if (LiesWithin(slot, other) && Slots[other].Version >= Slots[slot].Version)
                {
                    return true;
                }

                goesOn |= Slots[other].FirstEvent == Slots[slot].FirstEvent;
            }
        }

        return false;
    }

    private bool LiesWithin(int slot, int other) =>
        Slots[slot].FirstEvent >= Slots[other].FirstEvent && Slots[slot].LastEvent <= Slots[other].LastEvent;

    /// <summary>Makes one session of several, or a new one, that starts at <paramref name="start"/> or with the first of them.</summary>
    private int Unite(List<int> sessions, int from, int to, in SlotKey key, long start)
    {
        var window = FindOrAdd(key with { Start = from < to ? Math.Min(start, this[sessions[from]].Key.Start) : start });
        for (var i = from; i < to; i++)
        {
            if (sessions[i] is var other && other != window)
            {
                MoveSlots(other, window);
                if (this[other].Emitted != 0)
                {
                    Retracted?.Invoke(other);
                }
                else
                {
                    base.Remove(other);
                }
            }
        }

        sessions.RemoveRange(from, to - from);
        sessions.Insert(from, window);
        return window;
    }

    private void MoveSlots(int other, int window)
    {
        var last = this[other].FirstSlot;
        while (Slots[last].Next >= 0)
        {
            last = Slots[last].Next;
        }

        Slots[last].Next = this[window].FirstSlot;
        this[window].FirstSlot = this[other].FirstSlot;
        this[window].Revision += this[other].Revision;
        this[window].End = Math.Max(this[window].End, this[other].End);
        this[other].FirstSlot = -1;
        this[other].Revision = 0;
    }

    /// <summary>Puts a slot into a session in place of those of its partition that lie within it.</summary>
    private void Replace(int window, int slot)
    {
        for (var other = this[window].FirstSlot; other >= 0;)
        {
            var next = Slots[other].Next;
            if (Slots[other].Part == Slots[slot].Part && LiesWithin(other, slot))
            {
                this[window].Revision -= Slots[other].Posts;
                if (Slots[other].Key == Slots[slot].Key)
                {
                    // The same entry of the state, which is written over and not deleted.
                    Slots[slot].Flags |= Slots[other].Flags & SlotFlags.Stored;
                    Slots[other].Flags &= ~SlotFlags.Stored;
                }

                RemoveSlot(window, other);
            }

            other = next;
        }

        Slots[slot].Next = this[window].FirstSlot;
        this[window].FirstSlot = slot;
        this[window].Revision += Slots[slot].Posts;
        this[window].End = Math.Max(this[window].End, EndOf(slot));
    }
}
