namespace StreamEngine.Text.MLNet;

/// <summary>The n-grams that count, each a sequence of keys with a slot of its own.</summary>
internal sealed class GramDictionary
{
    private readonly bool[] _levels;
    private readonly double[] _inverseFrequencies;

    private GramDictionary(int length, int skips, bool[] levels, GramWeighting weighting, double[] inverseFrequencies, GramIndex index)
    {
        Length = length;
        Skips = skips;
        _levels = levels;
        Weighting = weighting;
        _inverseFrequencies = inverseFrequencies;
        Index = index;
    }

    /// <summary>Greatest number of keys in an n-gram.</summary>
    public int Length { get; }

    /// <summary>Number of keys that an n-gram may leave out.</summary>
    public int Skips { get; }

    public GramWeighting Weighting { get; }

    public GramIndex Index { get; }

    /// <summary>Number of slots; an empty dictionary has one that is never filled, as in ML.NET.</summary>
    public int Slots => Math.Max(1, Index.Count);

    /// <summary>Whether n-grams of <paramref name="length"/> keys count.</summary>
    public bool Counts(int length) => _levels[length - 1];

    /// <summary>The value of a slot that occurred <paramref name="count"/> times.</summary>
    public float Weight(int slot, int count) => Weighting switch
    {
        GramWeighting.InverseFrequency => (float)_inverseFrequencies[slot],
        GramWeighting.Product => (float)(count * _inverseFrequencies[slot]),
        _ => count,
    };

    /// <summary>Reads the sequences and their frequencies.</summary>
    public static GramDictionary Read(ref BlockReader reader, int length, int skips, bool[] levels, GramWeighting weighting)
    {
        var grams = Sequences(ref reader, length);
        var count = grams.Count;
        var frequencies = new double[reader.Count("inverse document frequencies", 8)];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = reader.FiniteDouble("inverse document frequency");
            if (frequencies[i] < 0)
                throw reader.Error($"the inverse document frequency {i} is negative");
        }
        if (weighting != GramWeighting.Count && frequencies.Length < count)
            throw reader.Error($"{frequencies.Length} inverse document frequencies for {count} n-grams");
        if (!GramIndex.TryMake(grams, length, out var index, out var twice))
            throw reader.Error($"n-gram {twice} stands in the dictionary twice");
        return new GramDictionary(length, skips, levels, weighting, frequencies, index);
    }

    private static GramList Sequences(ref BlockReader reader, int length)
    {
        var count = reader.Count("n-grams", 5);
        var offsets = reader.Int32s(count + 1);
        if (offsets[0] != 0)
            throw reader.Error($"the first n-gram begins at {offsets[0]}, expected 0");
        var bytes = reader.Bytes(offsets[count]);
        var keys = new List<uint>(bytes.Length);
        var starts = new int[count + 1];
        for (var i = 0; i < count; i++)
        {
            if (offsets[i + 1] <= offsets[i] || offsets[i + 1] > bytes.Length)
                throw reader.Error($"n-gram {i} goes from {offsets[i]} to {offsets[i + 1]} of {bytes.Length} bytes");
            var rest = bytes[offsets[i]..offsets[i + 1]];
            while (!rest.IsEmpty)
            {
                if (!TryKey(ref rest, out var key))
                    throw reader.Error($"n-gram {i} holds a key that is cut off or above 32 bits");
                keys.Add(key);
            }
            starts[i + 1] = keys.Count;
            if (starts[i + 1] - starts[i] > length)
                throw reader.Error($"n-gram {i} has {starts[i + 1] - starts[i]} keys, expected up to {length}");
        }
        return new GramList(keys.ToArray(), starts);
    }

    /// <summary>One LEB128 number: seven bits per byte, the low ones first.</summary>
    private static bool TryKey(ref ReadOnlySpan<byte> bytes, out uint key)
    {
        key = 0;
        for (var i = 0; i < bytes.Length && i < 5; i++)
        {
            if (i == 4 && bytes[i] > 0x0F)
                return false;
            key |= (uint)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
