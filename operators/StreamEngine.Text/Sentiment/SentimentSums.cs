using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamEngine.Text.Sentiment;

/// <summary>The sums over a post's features. They are whole numbers, so that their order does not matter.</summary>
internal struct SentimentSums
{
    public Vector128<int> Classes;
    public Vector128<int> Clauses;
    public Vector512<int> Hidden0, Hidden1, Hidden2;
    public long Square;

    /// <summary>Adds units; the sums stay in registers meanwhile.</summary>
    public unsafe void Add(CachedUnit** units, int count)
    {
        var classes = Classes;
        Vector512<int> hidden0 = Hidden0, hidden1 = Hidden1, hidden2 = Hidden2;
        var square = Square;
        for (var i = 0; i < count; i++)
        {
            var unit = units[i];
            square += unit->Square;
            classes += Vector128.WidenLower(Vector64.Load(unit->Classes).ToVector128());
            hidden0 += Widen(unit->Hidden);
            hidden1 += Widen(unit->Hidden + 16);
            hidden2 += Widen(unit->Hidden + 32);
        }
        (Classes, Hidden0, Hidden1, Hidden2, Square) = (classes, hidden0, hidden1, hidden2, square);
    }

    /// <summary>Adds a unit as if it stood in the post <paramref name="weight"/> times as strong as others.</summary>
    public unsafe void Add(ref readonly CachedUnit unit, int weight)
    {
        Square += (long)unit.Square * weight * weight;
        fixed (short* classes = unit.Classes, hidden = unit.Hidden)
        {
            Classes += Vector128.WidenLower(Vector64.Load(classes).ToVector128()) * weight;
            Hidden0 += Widen(hidden) * weight;
            Hidden1 += Widen(hidden + 16) * weight;
            Hidden2 += Widen(hidden + 32) * weight;
        }
    }

    /// <summary>Adds an entry of <see cref="SentimentModel.Clauses"/> with a weight.</summary>
    public void AddClause(ulong clause, int weight)
    {
        var frequency = (int)(clause >> 56) * weight;
        Square += (long)frequency * frequency;
        Clauses += ClassesOf(clause) * weight;
    }

    /// <summary>Adds an entry of <see cref="SentimentModel.Clauses"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddClause(ulong clause)
    {
        var frequency = (int)(clause >> 56);
        Square += frequency * frequency;
        Clauses += ClassesOf(clause);
    }

    // Three numbers of eight bits from the 32nd bit on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ClassesOf(ulong clause) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar((uint)(clause >> 32) & 0xFF_FFFF).AsSByte()));

    // Sixteen numbers of sixteen bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> Widen(short* numbers)
    {
        var packed = Vector256.Load(numbers);
        return Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(packed)
            : Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed));
    }
}
