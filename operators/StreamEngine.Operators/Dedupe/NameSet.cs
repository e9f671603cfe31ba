namespace StreamEngine.Operators;

/// <summary>An open-addressing set of the hashes of posts' names; 0 is none. At most two thirds of its places are taken; it grows and never shrinks.</summary>
internal sealed class NameSet
{
    private ulong[] _places = new ulong[1024];

    /// <summary>How many names there are.</summary>
    public int Count { get; private set; }

    /// <summary>Says that a name will be looked up.</summary>
    public void Expect(ulong name) => Prefetch.At(ref _places[(int)name & (_places.Length - 1)], sizeof(ulong));

    /// <summary>The place of a name, or the free one where it belongs; valid until a name is added or removed.</summary>
    public int Find(ulong name)
    {
        var (places, mask) = (_places, _places.Length - 1);
        var i = (int)name & mask;
        while (places[i] != name && places[i] != 0)
        {
            i = (i + 1) & mask;
        }

        return i;
    }

    /// <summary>Whether a place is taken.</summary>
    public bool IsTaken(int place) => _places[place] != 0;

    /// <summary>Adds a name that is not there at the place that was found for it.</summary>
    public void Add(int place, ulong name)
    {
        _places[place] = name;
        Count++;
        if (Count * 3L > _places.Length * 2L)
        {
            Grow();
        }
    }

    /// <summary>Removes a name that is there, and closes the gap so that later searches still find theirs.</summary>
    public void Remove(ulong name)
    {
        var (places, mask) = (_places, _places.Length - 1);
        var gap = Find(name);
        for (var i = (gap + 1) & mask; places[i] != 0; i = (i + 1) & mask)
        {
            var home = (int)places[i] & mask;
            if (((i - home) & mask) >= ((i - gap) & mask))
            {
                places[gap] = places[i];
                gap = i;
            }
        }

        places[gap] = 0;
        Count--;
    }

    private void Grow()
    {
        var old = _places;
        _places = new ulong[old.Length * 2];
        foreach (var name in old)
        {
            if (name != 0)
            {
                _places[Find(name)] = name;
            }
        }
    }
}
