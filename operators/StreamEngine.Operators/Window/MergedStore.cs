namespace StreamEngine.Operators;

/// <summary>What became of a slot that was put into a <see cref="MergedStore"/>.</summary>
internal enum PutResult
{
    /// <summary>It is in its window now.</summary>
    Taken,

    /// <summary>What it says was known.</summary>
    Known,

    /// <summary>Its window is forgotten.</summary>
    Forgotten,
}

/// <summary>
/// Windows that are put together from slots, with the newest slot of each part. Parts count from 1; <see cref="SettledPart"/> is the sum of
/// those that cannot change any more.
/// </summary>
/// <param name="end">The end of the window that starts at a time.</param>
internal class MergedStore(Func<long, long> end)
{
    /// <summary>The part that holds the sum of all parts that cannot change any more.</summary>
    public const int SettledPart = 0;

    private readonly SlotIndex _index = new();
    private readonly Stack<int> _free = new();
    private MergedWindow[] _windows = new MergedWindow[1024];
    private int _used;

    /// <summary>The slots; each window's hang in a chain.</summary>
    public SlotStore Slots { get; } = new();

    /// <summary>The texts of all keys.</summary>
    public KeyTexts Texts { get; } = new();

    /// <summary>One past the highest position in use.</summary>
    public int End => _used;

    /// <summary>Windows that end at or before this are forgotten; what comes for them is refused, since a sum without the rest would be wrong.</summary>
    public long ForgottenThrough { get; set; } = long.MinValue;

    /// <summary>Called before a slot is removed.</summary>
    public Action<int>? SlotLeaves { get; set; }

    /// <summary>Called before a window is removed.</summary>
    public Action<int>? WindowLeaves { get; set; }

    /// <summary>Whether the parts are source partitions, counted from 1.</summary>
    public bool PartsAreSources { get; init; } = true;

    /// <summary>Whether windows may go on after they were final.</summary>
    public virtual bool BoundsMove => false;

    /// <summary>The window at a position. The reference is valid until the next <see cref="FindOrAdd"/>.</summary>
    public ref MergedWindow this[int position] => ref _windows[position];

    /// <summary>The position of a key's window, made where it is not there.</summary>
    public int FindOrAdd(in SlotKey key)
    {
        var position = _index.Find(key);
        if (position >= 0)
        {
            return position;
        }

        if (!_free.TryPop(out position))
        {
            if (_used == _windows.Length)
            {
                Array.Resize(ref _windows, _used * 2);
            }

            position = _used++;
        }

        _windows[position] = new MergedWindow { Key = key, End = end(key.Start), FirstSlot = -1, Live = true };
        _index.Add(key, position);
        return position;
    }

    /// <summary>The slot of a part in a key's window, made where it is not there; of windows that are no sessions.</summary>
    public int FindOrAddSlot(in SlotKey key, int part)
    {
        var window = FindOrAdd(key);
        return SlotOf(window, part) is var slot and >= 0 ? slot : AddSlot(window, key, part);
    }

    /// <summary>Puts the newest slot of a part into its window.</summary>
    /// <param name="key">The window and what it is counted for.</param>
    /// <param name="part">The part.</param>
    /// <param name="version">The slot's version.</param>
    /// <param name="encoded">The slot.</param>
    /// <param name="window">Where its window is, if it was taken.</param>
    /// <param name="slot">Where it is, if it was taken.</param>
    /// <exception cref="FormatException">The slot cannot be read.</exception>
    public virtual PutResult Put(in SlotKey key, int part, long version, ReadOnlySpan<byte> encoded, out int window, out int slot)
    {
        (window, slot) = (-1, -1);
        if (end(key.Start) <= ForgottenThrough)
        {
            return PutResult.Forgotten;
        }

        window = FindOrAdd(key);
        slot = SlotOf(window, part);
        if (slot >= 0 && Slots[slot].Version >= version)
        {
            return PutResult.Known;
        }

        slot = slot >= 0 ? slot : AddSlot(window, key, part);
        var before = Slots[slot].Version;
        Read(slot, version, encoded);
        _windows[window].Revision += version - before;
        return PutResult.Taken;
    }

    /// <summary>The window that holds what a window's slots said: itself, unless they went to another session. -1 = none.</summary>
    public virtual int HolderOf(int window) => window;

    /// <summary>Adds up a window's slots into <paramref name="sum"/>, a slot that belongs to no window.</summary>
    public void Sum(int window, int sum, bool withSamples)
    {
        Slots.Empty(sum);
        for (var slot = _windows[window].FirstSlot; slot >= 0; slot = Slots[slot].Next)
        {
            Slots.Merge(sum, slot, withSamples);
        }
    }

    /// <summary>How far a window's slots go in each source partition that may still change it: its newest slot's version, in the order of partitions.</summary>
    public void Sources(int window, List<(int Partition, long Version)> sources)
    {
        sources.Clear();
        for (var slot = PartsAreSources ? _windows[window].FirstSlot : -1; slot >= 0; slot = Slots[slot].Next)
        {
            if (Slots[slot].Part != SettledPart)
            {
                sources.Add((Slots[slot].Part - 1, Slots[slot].Version));
            }
        }

        // A session may have several slots of a partition.
        sources.Sort(static (a, b) => a.Partition != b.Partition ? a.Partition.CompareTo(b.Partition) : b.Version.CompareTo(a.Version));
        for (var i = sources.Count - 1; i > 0; i--)
        {
            if (sources[i].Partition == sources[i - 1].Partition)
            {
                sources.RemoveAt(i);
            }
        }
    }

    /// <summary>Adds those parts of a window up that cannot change any more, into <see cref="SettledPart"/>.</summary>
    /// <param name="window">The window.</param>
    /// <param name="isSettled">Whether a part of a window cannot change any more.</param>
    /// <returns>The slot that holds the sum; -1 where there was nothing to add up.</returns>
    public int Fold(int window, Func<int, int, bool> isSettled)
    {
        var sum = -1;
        for (var slot = _windows[window].FirstSlot; slot >= 0;)
        {
            var next = Slots[slot].Next;
            if (Slots[slot].Part != SettledPart && isSettled(window, Slots[slot].Part))
            {
                sum = SlotOf(window, SettledPart);
                sum = sum >= 0 ? sum : AddSlot(window, _windows[window].Key, SettledPart);
                Slots.Merge(sum, slot);
                RemoveSlot(window, slot);
            }

            slot = next;
        }

        return sum;
    }

    /// <summary>Removes a window and its slots.</summary>
    public virtual void Remove(int window)
    {
        while (_windows[window].FirstSlot is >= 0 and var slot)
        {
            RemoveSlot(window, slot);
        }

        WindowLeaves?.Invoke(window);
        _index.Remove(_windows[window].Key);
        _windows[window] = default;
        _free.Push(window);
    }

    /// <summary>Forgets texts that no key has any more, once they are many.</summary>
    public void ForgetTexts()
    {
        if (Texts.AreMany)
        {
            Texts.BeginAnew();
            Renew();
            Texts.Renewed();
        }
    }

    /// <summary>Gives all keys the codes that their texts have now.</summary>
    protected virtual void Renew()
    {
        Slots.Renew(Texts);
        _index.Renew(Texts);
        foreach (ref var window in _windows.AsSpan(0, _used))
        {
            if (window.Live)
            {
                window.Key = Texts.Renew(window.Key);
            }
        }
    }

    /// <summary>The slot of a part in a window, or -1.</summary>
    protected int SlotOf(int window, int part)
    {
        var slot = _windows[window].FirstSlot;
        while (slot >= 0 && Slots[slot].Part != part)
        {
            slot = Slots[slot].Next;
        }

        return slot;
    }

    /// <summary>Makes an empty slot for a part at the head of a window's chain.</summary>
    protected int AddSlot(int window, in SlotKey key, int part)
    {
        var slot = Slots.Add(key);
        Slots[slot].Part = part;
        Slots[slot].Next = _windows[window].FirstSlot;
        _windows[window].FirstSlot = slot;
        return slot;
    }

    /// <summary>Takes a slot out of a window's chain and removes it.</summary>
    protected void RemoveSlot(int window, int slot)
    {
        SlotLeaves?.Invoke(slot);
        var next = Slots[slot].Next;
        if (_windows[window].FirstSlot == slot)
        {
            _windows[window].FirstSlot = next;
        }
        else
        {
            var before = _windows[window].FirstSlot;
            while (Slots[before].Next != slot)
            {
                before = Slots[before].Next;
            }

            Slots[before].Next = next;
        }

        Slots.Remove(slot);
    }

    /// <summary>Reads a slot in place of what it counted.</summary>
    protected void Read(int slot, long version, ReadOnlySpan<byte> encoded)
    {
        Slots.Read(slot, encoded);
        if (Slots[slot].Version != version)
        {
            throw new FormatException($"a slot says it has version {Slots[slot].Version} and came with version {version}");
        }
    }
}
