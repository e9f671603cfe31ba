using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Counts slots and gives them back in ascending order without sorting: a bit says that a slot was touched. Where
/// there are many slots, a second level of bits says which of those words are not zero.
/// </summary>
internal sealed class SlotCounter
{
    private const int WordsPerGroup = 64;

    /// <summary>Up to this many groups a plain scan is faster than keeping the second level.</summary>
    private const int ScannedGroups = 16;

    private readonly byte[] _counts;
    private readonly List<int> _wrapped = [];
    private readonly ulong[] _touched;
    private readonly ulong[] _summary;
    private int[] _slots = new int[256];
    private int[] _found = new int[256];
    private int _length;

    /// <summary>Makes a counter of slots 0 to <paramref name="slots"/> - 1, all zero.</summary>
    public SlotCounter(int slots)
    {
        _counts = new byte[slots];
        var groups = ((slots + 63) / 64 + WordsPerGroup - 1) / WordsPerGroup;
        _touched = new ulong[groups * WordsPerGroup];
        _summary = groups <= ScannedGroups ? [] : new ulong[groups];
    }

    /// <summary>The slots of the last <see cref="Drain"/>, ascending.</summary>
    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, _length);

    /// <summary>How often each of <see cref="Slots"/> was added, at least once.</summary>
    public ReadOnlySpan<int> Counts => _found.AsSpan(0, _length);

    /// <summary>Adds one to a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int slot)
    {
        if (++_counts[slot] == 0)
            _wrapped.Add(slot);
        var word = slot >> 6;
        _touched[word] |= 1UL << slot;
        if (_summary.Length > 0)
            _summary[word / WordsPerGroup] |= 1UL << word;
    }

    /// <summary>Adds one to each of some slots.</summary>
    public void Add(ReadOnlySpan<int> slots)
    {
        foreach (var slot in slots)
            Add(slot);
    }

    /// <summary>Moves what was added into <see cref="Slots"/> and <see cref="Counts"/>; all counts are zero again.</summary>
    public void Drain()
    {
        _length = 0;
        if (_summary.Length > 0)
        {
            for (var group = 0; group < _summary.Length; group++)
            {
                if (_summary[group] == 0)
                    continue;
                DrainGroup(group, _summary[group]);
                _summary[group] = 0;
            }
        }
        else
        {
            for (var group = 0; group * WordsPerGroup < _touched.Length; group++)
                DrainGroup(group, NonZero(group));
        }
        if (_found.Length < _length)
            _found = new int[_slots.Length];
        for (var i = 0; i < _length; i++)
        {
            ref var count = ref _counts[_slots[i]];
            _found[i] = count;
            count = 0;
        }
        foreach (var slot in _wrapped)
            _found[_slots.AsSpan(0, _length).BinarySearch(slot)] += byte.MaxValue + 1;
        _wrapped.Clear();
    }

    /// <summary>A bit for each word of a group that is not zero.</summary>
    private ulong NonZero(int group)
    {
        ref var start = ref _touched[group * WordsPerGroup];
        ulong bits = 0;
        for (var i = 0; i < WordsPerGroup; i += Vector512<ulong>.Count)
            bits |= (~Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)i), Vector512<ulong>.Zero).ExtractMostSignificantBits() & 0xFF) << i;
        return bits;
    }

    /// <summary>Appends the slots of the given words of a group.</summary>
    private void DrainGroup(int group, ulong words)
    {
        const int AtOnce = 4;
        var length = _length;
        for (; words != 0; words &= words - 1)
        {
            var word = (group * WordsPerGroup) + BitOperations.TrailingZeroCount(words);
            if (length + 64 > _slots.Length)
                Array.Resize(ref _slots, 2 * _slots.Length);
            var bits = _touched[word];
            _touched[word] = 0;
            // Four are written whether there are as many or not: cheaper than to mispredict how many there are.
            var target = _slots.AsSpan(length, 64);
            var count = BitOperations.PopCount(bits);
            length += count;
            for (var i = 0; i < AtOnce; i++)
            {
                target[i] = (word << 6) + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
            for (var i = AtOnce; i < count; i++)
            {
                target[i] = (word << 6) + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
        }
        _length = length;
    }
}
