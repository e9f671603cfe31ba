namespace StreamEngine.Operators;

/// <summary>An open-addressing table from slot keys to positions. Keys lie in the table itself, so that a hit costs one line of cache.</summary>
internal sealed class SlotIndex
{
    private const int Free = -1;
    private Entry[] _entries = NewEntries(1024);

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The position of a key, or -1.</summary>
    public int Find(in SlotKey key)
    {
        var entries = _entries;
        var mask = entries.Length - 1;
        for (var i = key.Hash & mask; ; i = (i + 1) & mask)
        {
            ref var entry = ref entries[i];
            if (entry.Position == Free || entry.Key == key)
            {
                return entry.Position;
            }
        }
    }

    /// <summary>Says that <see cref="Find"/> will be called for a key.</summary>
    public void Expect(in SlotKey key) => Prefetch.At(ref _entries[key.Hash & (_entries.Length - 1)], 1);

    /// <summary>Adds a key that is not there.</summary>
    public void Add(in SlotKey key, int position)
    {
        if ((Count + 1) * 2 > _entries.Length)
        {
            Grow();
        }

        Place(key, position);
        Count++;
    }

    /// <summary>Gives a key that is there another position.</summary>
    public void Move(in SlotKey key, int position)
    {
        var mask = _entries.Length - 1;
        var i = key.Hash & mask;
        while (_entries[i].Key != key || _entries[i].Position == Free)
        {
            i = (i + 1) & mask;
        }

        _entries[i].Position = position;
    }

    /// <summary>Removes a key that is there, and closes the gap so that later probes still find theirs.</summary>
    public void Remove(in SlotKey key)
    {
        var mask = _entries.Length - 1;
        var gap = key.Hash & mask;
        while (_entries[gap].Key != key || _entries[gap].Position == Free)
        {
            gap = (gap + 1) & mask;
        }

        for (var i = (gap + 1) & mask; _entries[i].Position != Free; i = (i + 1) & mask)
        {
            var home = _entries[i].Key.Hash & mask;
            if (((i - home) & mask) >= ((i - gap) & mask))
            {
                _entries[gap] = _entries[i];
                gap = i;
            }
        }

        _entries[gap].Position = Free;
        Count--;
    }

    /// <summary>Gives all keys the codes that their texts have now.</summary>
    public void Renew(KeyTexts texts)
    {
        var old = _entries;
        _entries = NewEntries(old.Length);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Position != Free)
            {
                Place(texts.Renew(entry.Key), entry.Position);
            }
        }
    }

    private void Grow()
    {
        var old = _entries;
        _entries = NewEntries(old.Length * 2);
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Position != Free)
            {
                Place(entry.Key, entry.Position);
            }
        }
    }

    private void Place(in SlotKey key, int position)
    {
        var mask = _entries.Length - 1;
        var i = key.Hash & mask;
        while (_entries[i].Position != Free)
        {
            i = (i + 1) & mask;
        }

        _entries[i] = new Entry { Key = key, Position = position };
    }

    private static Entry[] NewEntries(int size)
    {
        var entries = new Entry[size];
        Array.Fill(entries, new Entry { Position = Free });
        return entries;
    }

    private struct Entry
    {
        public SlotKey Key;
        public int Position;
    }
}
