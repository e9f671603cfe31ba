using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Sums of floats in the order in which ML.NET forms them on x64 with AVX2 and FMA; floating-point addition is not
/// associative, so the order is part of the result. Short vectors (below 16) are summed from left to right; longer
/// ones in eight lanes with fused multiply-add, then lanes by pairs, then the rest. Where a processor lacks FMA,
/// .NET computes the same fused results in software, so the answers here do not depend on the processor.
/// </summary>
internal static class LaneMath
{
    private const int Lanes = 8;
    private const int ShortLength = 16;

    /// <summary>Sum of squares.</summary>
    public static float SumOfSquares(ReadOnlySpan<float> values) => Dot(values, values);

    /// <summary>Sum of products of two dense vectors of one length.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        right = right[..left.Length];
        var sum = 0f;
        if (left.Length < ShortLength)
        {
            for (var i = 0; i < left.Length; i++)
                sum += left[i] * right[i];
            return sum;
        }
        var at = 0;
        var lanes = Vector256<float>.Zero;
        for (; at + Lanes <= left.Length; at += Lanes)
            lanes = Vector256.FusedMultiplyAdd(Load(left, at), Load(right, at), lanes);
        return AddRest(left, right, at, Pairwise(lanes));
    }

    /// <summary>
    /// Sum of the products of a sparse vector's values with their weights. A weight stands at
    /// <c>slot × stride + column</c>; the slots are within the weights.
    /// </summary>
    public static float Dot(ReadOnlySpan<int> slots, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int stride, int column, Span<float> gathered)
    {
        gathered = gathered[..slots.Length];
        for (var i = 0; i < gathered.Length; i++)
            gathered[i] = weights[slots[i] * stride + column];
        return Dot(values, gathered);
    }

    /// <summary>Sum of values that are not negative.</summary>
    public static float Sum(ReadOnlySpan<float> values)
    {
        var at = 0;
        var rest = 0f;
        var lanes = Vector256<float>.Zero;
        for (; at + Lanes <= values.Length; at += Lanes)
            lanes += Load(values, at);
        for (; at < values.Length; at++)
            rest += values[at];
        return rest + Pairwise(lanes);
    }

    /// <summary>Greatest of values that are not negative; 0 if there are none.</summary>
    public static float Greatest(ReadOnlySpan<float> values)
    {
        var greatest = 0f;
        foreach (var value in values)
            greatest = Math.Max(greatest, value);
        return greatest;
    }

    /// <summary>Multiplies all values by a factor.</summary>
    public static void Scale(Span<float> values, float factor)
    {
        ref var start = ref MemoryMarshal.GetReference(values);
        var at = 0;
        for (; at + Lanes <= values.Length; at += Lanes)
            (Load(values, at) * factor).StoreUnsafe(ref start, (nuint)at);
        for (; at < values.Length; at++)
            values[at] *= factor;
    }

    private static float AddRest(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int at, float lanes)
    {
        var rest = 0f;
        if (at + 4 <= left.Length)
        {
            rest = (left[at] * right[at] + left[at + 1] * right[at + 1]) + (left[at + 2] * right[at + 2] + left[at + 3] * right[at + 3]);
            at += 4;
        }
        for (; at < left.Length; at++)
            rest += left[at] * right[at];
        return rest + lanes;
    }

    private static float Pairwise(Vector256<float> lanes) =>
        ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(ReadOnlySpan<float> values, int at) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);
}
