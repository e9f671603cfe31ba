using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.Sentiment;

/// <summary>The sums over a post's features. They are whole numbers, so that their order does not matter.</summary>
internal struct SentimentSums
{
    public Vector128<int> Classes;
    public Vector128<int> Clauses;
    public Vector256<int> Hidden0, Hidden1, Hidden2, Hidden3;
    public long Square;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Add(ref readonly CachedUnit unit)
    {
        Square += unit.Square;
        fixed (short* classes = unit.Classes, hidden = unit.Hidden)
        {
            Classes += Vector128.WidenLower(Vector64.Load(classes).ToVector128());
            var low = Vector256.Load(hidden);
            var high = Vector256.Load(hidden + 16);
            Hidden0 += Vector256.WidenLower(low);
            Hidden1 += Vector256.WidenUpper(low);
            Hidden2 += Vector256.WidenLower(high);
            Hidden3 += Vector256.WidenUpper(high);
        }
    }

    /// <summary>Adds a unit as if it stood in the post <paramref name="weight"/> times as strong as others.</summary>
    public unsafe void Add(ref readonly CachedUnit unit, int weight)
    {
        Square += (long)unit.Square * weight * weight;
        fixed (short* classes = unit.Classes, hidden = unit.Hidden)
        {
            Classes += Vector128.WidenLower(Vector64.Load(classes).ToVector128()) * weight;
            var low = Vector256.Load(hidden);
            var high = Vector256.Load(hidden + 16);
            Hidden0 += Vector256.WidenLower(low) * weight;
            Hidden1 += Vector256.WidenUpper(low) * weight;
            Hidden2 += Vector256.WidenLower(high) * weight;
            Hidden3 += Vector256.WidenUpper(high) * weight;
        }
    }

    /// <summary>Adds an entry of <see cref="SentimentModel.Clauses"/> with a weight.</summary>
    public void AddClause(ulong clause, int weight)
    {
        var frequency = (int)(clause >> 56) * weight;
        Square += (long)frequency * frequency;
        Clauses += Vector128.Create((sbyte)(clause >> 32), (sbyte)(clause >> 40), (sbyte)(clause >> 48), 0) * weight;
    }

    /// <summary>Adds an entry of <see cref="SentimentModel.Clauses"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddClause(ulong clause)
    {
        var frequency = (int)(clause >> 56);
        Square += frequency * frequency;
        Clauses += Vector128.Create((sbyte)(clause >> 32), (sbyte)(clause >> 40), (sbyte)(clause >> 48), 0);
    }
}
