namespace StreamEngine.Chaos.Posts;

/// <summary>
/// Chance that belongs to one number of one seed: the same throws each time, whatever was thrown for other numbers. SplitMix64 (Steele,
/// Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
/// </summary>
internal struct PostDice(long seed, long number)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = Mix((ulong)seed * Step) ^ Mix(((ulong)number + 1) * 0xD1B54A32D192ED03);

    /// <summary>A number from 0 to <paramref name="sides"/> - 1.</summary>
    public int Next(int sides) => (int)((Throw() >> 33) % (ulong)sides);

    /// <summary>A number from 0 to <paramref name="sides"/> - 1.</summary>
    public long Next(long sides) => (long)((Throw() >> 1) % (ulong)sides);

    /// <summary>True in so many of a thousand throws.</summary>
    public bool InThousand(int times) => Next(1000) < times;

    private ulong Throw() => Mix(_state += Step);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
