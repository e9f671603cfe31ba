namespace StreamEngine.Operators;

/// <summary>
/// The sessions of one source partition, as far as it knows them: a slot each. A slot grows with the posts that come within the gap of it,
/// and two that a post links become one.
/// </summary>
/// <remarks>
/// The slots of a key hang in a chain, newest first, and are at least the gap apart. A slot keeps the key it was made with: its start is the
/// second of the first post that came, which lies in the session for ever, so no other slot of the partition ever has it.
/// </remarks>
internal sealed class SessionSlots(long gap, SlotStore slots, SlotIndex newest, SlotTables tables)
{
    /// <summary>The slot that a mention of a key belongs to, made where there is none; slots that it links are merged.</summary>
    /// <param name="key">The key, with a start of 0.</param>
    /// <param name="time">The mention's event time.</param>
    public int Place(in SlotKey key, long time)
    {
        var start = SessionTime.Start(time);
        var (newer, slot) = (-1, newest.Find(key));
        while (slot >= 0 && SessionTime.Start(slots[slot].FirstEvent) >= start + gap)
        {
            (newer, slot) = (slot, slots[slot].Next);
        }

        if (slot < 0 || start >= EndOf(slot))
        {
            return Insert(key, slots.Add(key with { Start = start }), newer, slot);
        }

        while (slots[slot].Next is >= 0 and var older && start < EndOf(older))
        {
            Absorb(slot, older);
        }

        return slot;
    }

    /// <summary>Takes a slot out of its chain; the caller removes it.</summary>
    public void Remove(int slot)
    {
        var key = slots[slot].Key with { Start = 0 };
        var (newer, at) = (-1, newest.Find(key));
        while (at != slot)
        {
            (newer, at) = (at, slots[at].Next);
        }

        var older = slots[slot].Next;
        if (newer >= 0)
        {
            slots[newer].Next = older;
        }
        else if (older >= 0)
        {
            newest.Move(key, older);
        }
        else
        {
            newest.Remove(key);
        }
    }

    /// <summary>Hangs up all slots, once they are read from the state.</summary>
    public void Restore()
    {
        for (var slot = 0; slot < slots.End; slot++)
        {
            if ((slots[slot].Flags & SlotFlags.Live) == 0)
            {
                continue;
            }

            var key = slots[slot].Key with { Start = 0 };
            var (newer, older) = (-1, newest.Find(key));
            while (older >= 0 && slots[older].FirstEvent > slots[slot].FirstEvent)
            {
                (newer, older) = (older, slots[older].Next);
            }

            Insert(key, slot, newer, older);
        }
    }

    private long EndOf(int slot) => SessionTime.Start(slots[slot].LastEvent) + gap;

    private int Insert(in SlotKey key, int slot, int newer, int older)
    {
        slots[slot].Next = older;
        if (newer >= 0)
        {
            slots[newer].Next = slot;
        }
        else if (older >= 0)
        {
            newest.Move(key, slot);
        }
        else
        {
            newest.Add(key, slot);
        }

        return slot;
    }

    private void Absorb(int slot, int older)
    {
        var version = Math.Max(slots[slot].Version, slots[older].Version);
        slots.Merge(slot, older);
        slots[slot].Version = version;
        slots[slot].Next = slots[older].Next;
        tables.Forget(older);
        slots.Remove(older);
    }
}
