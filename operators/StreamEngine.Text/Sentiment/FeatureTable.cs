using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// The rows of a model's unit features in memory: 64 bytes each, so that a feature costs one cache line for its slot
/// and one for its row. A row is 3 class and up to 48 hidden numbers, the frequency, and the scale as a half.
/// </summary>
internal sealed unsafe class FeatureTable
{
    /// <summary>Bytes of a row, and numbers of a sum.</summary>
    public const int Width = 64;

    private const int FrequencyAt = SentimentWeights.Classes + SentimentWeights.MaxHidden, ScaleAt = FrequencyAt + 1;
    private readonly ulong[] _slots;
    private readonly int _shift;
    private readonly byte[] _memory;
    private readonly byte* _rows;

    public FeatureTable(SentimentWeights weights)
    {
        var count = weights.Keys.Length;
        _memory = GC.AllocateArray<byte>((count * Width) + 64, pinned: true);
        _rows = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        var bits = Math.Max(4, BitOperations.Log2((uint)Math.Max(1, count)) + 2);
        _shift = 32 - bits;
        _slots = new ulong[1 << bits];
        for (var row = 0; row < count; row++)
        {
            var slot = Slot(weights.Keys[row]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (uint)(_slots.Length - 1);
            _slots[slot] = weights.Keys[row] | ((ulong)(row + 1) << 32);
            var to = new Span<byte>(_rows + (row * Width), Width);
            MemoryMarshal.AsBytes(weights.Rows.AsSpan(row * weights.Columns, weights.Columns)).CopyTo(to);
            to[FrequencyAt] = weights.Frequencies[row];
            MemoryMarshal.Write(to[ScaleAt..], weights.Scales[row]);
        }

        HugePages.Advise(_memory);
        HugePages.Advise(_slots);
    }

    /// <summary>Asks for the memory of features that will be looked for.</summary>
    public void Expect(ReadOnlySpan<uint> features)
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        foreach (var feature in features)
            Prefetch(Unsafe.AsPointer(ref Unsafe.Add(ref slots, Slot(feature))));
    }

    /// <summary>Finds the rows of features, and asks for their memory.</summary>
    /// <param name="features">Keys.</param>
    /// <param name="rows">Receives the rows of those that the model knows, in their order.</param>
    /// <returns>How many it knows.</returns>
    public int Find(ReadOnlySpan<uint> features, Span<nint> rows)
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        var known = 0;
        foreach (var feature in features)
        {
            var slot = Slot(feature);
            ulong entry;
            while ((entry = Unsafe.Add(ref slots, slot)) != 0)
            {
                if ((uint)entry == feature)
                {
                    var row = _rows + (((nint)(entry >> 32) - 1) * Width);
                    Prefetch(row);
                    rows[known++] = (nint)row;
                    break;
                }
                slot = (slot + 1) & (uint)(_slots.Length - 1);
            }
        }
        return known;
    }

    /// <summary>Sums rows.</summary>
    /// <param name="rows">As <see cref="Find"/> gives them.</param>
    /// <param name="sums">Receives <see cref="Width"/> sums: the classes, the hidden units, and some of no meaning.</param>
    /// <returns>The sum of the squared frequencies.</returns>
    public static int Sum(ReadOnlySpan<nint> rows, Span<float> sums)
    {
        var square = 0;
        Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        foreach (var address in rows)
        {
            var row = (byte*)address;
            square += row[FrequencyAt] * row[FrequencyAt];
            var scale = Vector512.Create((float)*(Half*)(row + ScaleAt));
            var (low, high) = Vector512.Widen(Vector512.Load((sbyte*)row));
            sum0 += Vector512.ConvertToSingle(Vector512.WidenLower(low)) * scale;
            sum1 += Vector512.ConvertToSingle(Vector512.WidenUpper(low)) * scale;
            sum2 += Vector512.ConvertToSingle(Vector512.WidenLower(high)) * scale;
            sum3 += Vector512.ConvertToSingle(Vector512.WidenUpper(high)) * scale;
        }
        sum0.CopyTo(sums);
        sum1.CopyTo(sums[16..]);
        sum2.CopyTo(sums[32..]);
        sum3.CopyTo(sums[48..]);
        return square;
    }

    private static void Prefetch(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    private uint Slot(uint key) => (key * 0x9E37_79B1u) >> _shift;
}
