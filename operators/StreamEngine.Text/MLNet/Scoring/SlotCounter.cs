using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Counts slots and gives them back in ascending order without sorting: a bit per slot, and a bit per 64 of those,
/// so that only what was touched is visited.
/// </summary>
internal sealed class SlotCounter
{
    private readonly int[] _counts;
    private readonly ulong[] _touched;
    private readonly ulong[] _summary;

    /// <summary>Makes a counter of slots 0 to <paramref name="slots"/> - 1, all zero.</summary>
    public SlotCounter(int slots)
    {
        _counts = new int[slots];
        _touched = new ulong[(slots + 63) / 64];
        _summary = new ulong[(_touched.Length + 63) / 64];
    }

    /// <summary>Number of slots counted since the last drain, each as often as it was added.</summary>
    public int Added { get; private set; }

    /// <summary>Adds one to a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int slot)
    {
        _counts[slot]++;
        var word = slot >> 6;
        _touched[word] |= 1UL << slot;
        _summary[word >> 6] |= 1UL << word;
        Added++;
    }

    /// <summary>
    /// Writes the touched slots in ascending order and their counts, both as long as <see cref="Added"/> or longer,
    /// and resets them; returns how many there are.
    /// </summary>
    public int Drain(Span<int> slots, Span<int> counts)
    {
        var length = 0;
        for (var s = 0; s < _summary.Length; s++)
        {
            var words = _summary[s];
            if (words == 0)
                continue;
            _summary[s] = 0;
            for (; words != 0; words &= words - 1)
            {
                var word = (s << 6) | BitOperations.TrailingZeroCount(words);
                var bits = _touched[word];
                _touched[word] = 0;
                for (; bits != 0; bits &= bits - 1)
                {
                    var slot = (word << 6) | BitOperations.TrailingZeroCount(bits);
                    slots[length] = slot;
                    counts[length++] = _counts[slot];
                    _counts[slot] = 0;
                }
            }
        }
        Added = 0;
        return length;
    }
}
