namespace StreamEngine.Text.MLNet;

/// <summary>
/// The n-grams of the 63 most frequent keys, as a plain array: nearly all character n-grams of one script. Frequent
/// keys have low numbers, so that the part of the array in use stays in the nearest cache.
/// </summary>
internal sealed class CommonGrams
{
    /// <summary>Bits of one key's number.</summary>
    public const int NumberBits = 6;

    /// <summary>Number of all keys that are not common.</summary>
    public const int Rare = (1 << NumberBits) - 1;

    /// <summary>Slot of what is not in the dictionary.</summary>
    public const ushort Nothing = ushort.MaxValue;

    private const int MaxLength = 3;
    private const double LeastShare = 0.8;

    private CommonGrams(byte[] numbers, ushort[] slots)
    {
        Numbers = numbers;
        Slots = slots;
    }

    /// <summary>Number of each key; keys beyond its end are rare.</summary>
    public byte[] Numbers { get; }

    /// <summary>Slots by the numbers of the keys side by side.</summary>
    public ushort[] Slots { get; }

    /// <summary>Makes the array for n-grams of one length, or gives null where it would hold too few of them.</summary>
    /// <param name="grams">All n-grams.</param>
    /// <param name="length">The length in question.</param>
    /// <param name="maxKey">Greatest key.</param>
    public static CommonGrams? TryMake(GramList grams, int length, uint maxKey)
    {
        if (length is < 2 or > MaxLength || maxKey > char.MaxValue || grams.Count >= Nothing)
            return null;
        var frequency = new int[maxKey + 1];
        for (var slot = 0; slot < grams.Count; slot++)
        {
            foreach (var key in grams[slot])
                frequency[key]++;
        }
        var numbers = new byte[maxKey + 1];
        numbers.AsSpan().Fill(Rare);
        var common = Enumerable.Range(0, frequency.Length).Where(key => frequency[key] > 0)
            .OrderByDescending(key => frequency[key]).ThenBy(key => key).Take(Rare).ToArray();
        for (var i = 0; i < common.Length; i++)
            numbers[common[i]] = (byte)i;

        var slots = new ushort[1 << (NumberBits * length)];
        slots.AsSpan().Fill(Nothing);
        var (held, all) = (0, 0);
        for (var slot = 0; slot < grams.Count; slot++)
        {
            if (grams[slot].Length != length)
                continue;
            all++;
            if (Place(grams[slot], numbers) is not { } place)
                continue;
            slots[place] = (ushort)slot;
            held++;
        }
        return all > 0 && held >= LeastShare * all ? new CommonGrams(numbers, slots) : null;
    }

    private static int? Place(ReadOnlySpan<uint> keys, byte[] numbers)
    {
        var place = 0;
        foreach (var key in keys)
        {
            if (numbers[key] == Rare)
                return null;
            place = (place << NumberBits) | numbers[key];
        }
        return place;
    }
}
