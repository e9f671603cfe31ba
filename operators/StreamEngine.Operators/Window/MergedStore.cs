namespace StreamEngine.Operators;

/// <summary>The windows of the merge phase with the newest slot of each source partition.</summary>
internal sealed class MergedStore
{
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

    /// <summary>Windows in memory.</summary>
    public int Count => _used - _free.Count;

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

        _windows[position] = new MergedWindow { Key = key, FirstSlot = -1, Live = true };
        _index.Add(key, position);
        return position;
    }

    /// <summary>Puts the newest slot of a source partition into a window; false where it has one at least as new.</summary>
    /// <exception cref="FormatException">The slot cannot be read.</exception>
    public bool Put(int window, int partition, long version, ReadOnlySpan<byte> encoded, out int slot)
    {
        slot = _windows[window].FirstSlot;
        while (slot >= 0 && Slots[slot].Partition != partition)
        {
            slot = Slots[slot].Next;
        }

        if (slot >= 0 && Slots[slot].Version >= version)
        {
            return false;
        }

        if (slot < 0)
        {
            slot = Slots.Add(_windows[window].Key);
            Slots[slot].Partition = partition;
            Link(window, slot);
        }

        var before = Slots[slot].Version;
        Slots.Read(slot, encoded);
        if (Slots[slot].Version != version)
        {
            throw new FormatException($"a slot says it has version {Slots[slot].Version} and came with version {version}");
        }

        _windows[window].VersionSum += version - before;
        return true;
    }

    /// <summary>Hangs a slot into its window's chain, which is in the order of partitions.</summary>
    private void Link(int window, int slot)
    {
        ref var place = ref _windows[window].FirstSlot;
        while (place >= 0 && Slots[place].Partition < Slots[slot].Partition)
        {
            place = ref Slots[place].Next;
        }

        Slots[slot].Next = place;
        place = slot;
    }

    /// <summary>Adds up a window's slots into <paramref name="sum"/>, a slot that belongs to no window.</summary>
    public void Sum(int window, int sum)
    {
        Slots.Empty(sum);
        for (var slot = _windows[window].FirstSlot; slot >= 0; slot = Slots[slot].Next)
        {
            Slots.Merge(sum, slot);
        }
    }

    /// <summary>Writes how far a window's slots go: each source partition with its slot's version.</summary>
    public void WriteSources(int window, StateWriter writer)
    {
        var count = 0;
        for (var slot = _windows[window].FirstSlot; slot >= 0; slot = Slots[slot].Next)
        {
            count++;
        }

        writer.WriteCount(count);
        for (var slot = _windows[window].FirstSlot; slot >= 0; slot = Slots[slot].Next)
        {
            writer.WriteCount(Slots[slot].Partition);
            writer.WriteCount(Slots[slot].Version);
        }
    }

    /// <summary>Removes a window and its slots.</summary>
    public void Remove(int window)
    {
        for (var slot = _windows[window].FirstSlot; slot >= 0;)
        {
            var next = Slots[slot].Next;
            Slots.Remove(slot);
            slot = next;
        }

        _index.Remove(_windows[window].Key);
        _windows[window] = default;
        _free.Push(window);
    }
}
