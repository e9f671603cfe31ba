using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// Units that a <see cref="UnitCache"/> does not have. A unit's features lie all over the model's memory, so several units are worked out
/// together, a step of all of them after another: list the features and ask for their slots, find the rows and ask for them, sum. The waits
/// then overlap.
/// </summary>
internal sealed class MissingUnits(FeatureTable table)
{
    /// <summary>Units held at once.</summary>
    public const int Most = 32;

    private readonly Unit[] _units = new Unit[Most];
    private readonly uint[] _words = new uint[Most];
    private readonly int[] _ends = new int[Most + 1];
    private readonly int[] _rowEnds = new int[Most + 1];
    private readonly uint[] _features = new uint[8 * WordFeatures.Most];
    private readonly nint[] _rows = new nint[8 * WordFeatures.Most];
    private readonly float[] _sums = new float[FeatureTable.Width];

    /// <summary>Units held.</summary>
    public int Count { get; private set; }

    /// <summary>A unit held.</summary>
    public ref readonly Unit this[int index] => ref _units[index];

    /// <summary>Forgets all units.</summary>
    public void Clear() => Count = 0;

    /// <summary>Takes a unit in and asks for the memory of its features; false where there is no room.</summary>
    public bool TryAdd(in Unit unit, ReadOnlySpan<byte> text)
    {
        var start = _ends[Count];
        if (Count == Most || _features.Length - start < WordFeatures.Most)
            return false;
        var listed = WordFeatures.List(in unit, text.Slice(unit.Start, unit.Length), _features.AsSpan(start), out _);
        _units[Count] = unit;
        _words[Count] = _features[start];
        _ends[++Count] = start + listed;
        table.Expect(_features.AsSpan(start, listed));
        return true;
    }

    /// <summary>Finds the rows of all features and asks for their memory.</summary>
    public void Find()
    {
        for (var i = 0; i < Count; i++)
            _rowEnds[i + 1] = _rowEnds[i] + table.Find(_features.AsSpan(_ends[i].._ends[i + 1]), _rows.AsSpan(_rowEnds[i]));
    }

    /// <summary>Sums the features of a unit, once they are found; the entry's key is left as it is.</summary>
    public unsafe void Sum(int index, ref CachedUnit entry, SentimentWeights weights)
    {
        entry.Word = _words[index];
        entry.Negates = _units[index].Kind == UnitKind.Word && Negation.Contains(entry.Word) ? 1 : 0;
        entry.Square = FeatureTable.Sum(_rows.AsSpan(_rowEnds[index].._rowEnds[index + 1]), _sums);
        for (var c = 0; c < SentimentWeights.Classes; c++)
            entry.Classes[c] = (short)Math.Clamp(MathF.Round(_sums[c] / weights.ClassStep), short.MinValue, short.MaxValue);
        entry.Classes[SentimentWeights.Classes] = 0;
        // Numbers behind the model's last hidden unit hold its frequency and scale.
        _sums.AsSpan(SentimentWeights.Classes + weights.Hidden).Clear();
        fixed (short* hidden = entry.Hidden)
        {
            ref var sums = ref MemoryMarshal.GetArrayDataReference(_sums);
            for (var at = 0; at < SentimentWeights.MaxHidden; at += Vector512<float>.Count)
                Steps(Vector512.LoadUnsafe(ref sums, (nuint)(SentimentWeights.Classes + at)), weights.HiddenStep).Store(hidden + at);
        }
    }

    private static Vector256<short> Steps(Vector512<float> values, float step)
    {
        var rounded = Vector512.Round(values / Vector512.Create(step));
        var clamped = Vector512.ConvertToInt32(Vector512.Clamp(rounded, Vector512.Create((float)short.MinValue), Vector512.Create((float)short.MaxValue)));
        return Vector256.Narrow(clamped.GetLower(), clamped.GetUpper());
    }
}
