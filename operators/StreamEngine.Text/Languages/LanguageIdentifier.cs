using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Languages;

/// <summary>
/// Tells the language of posts with a <see cref="LanguageModel"/>. One per thread: it holds the cache of words already
/// summed. What it answers depends on the post alone. It allocates nothing after construction.
/// </summary>
public sealed class LanguageIdentifier
{
    /// <summary>Below this probability a post is <see cref="Language.Unknown"/>.</summary>
    public const float LeastProbability = 0.3f;

    /// <summary>Words beyond these do not change what a post's language is.</summary>
    private const int UnitsRead = 64;

    private const int CacheBits = 16;

    private readonly LanguageModel _model;
    private readonly Entry[] _cache = new Entry[1 << CacheBits];
    private readonly UnitReader _reader = new();
    private readonly Unit[] _units = new Unit[UnitsRead];
    private readonly uint[] _rows = new uint[LanguageFeatures.Most];

    /// <summary>Makes an identifier with an empty cache.</summary>
    /// <param name="model">The model; it may be shared.</param>
    public LanguageIdentifier(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        HugePages.Advise(_cache);
    }

    /// <summary>The model in use.</summary>
    public LanguageModel Model => _model;

    /// <summary>Tells the language of a post.</summary>
    /// <param name="utf8">The post in UTF-8; any bytes are allowed. Links, handles, numbers and emoji do not count.</param>
    /// <param name="probability">The probability of the likeliest language, 0 to 1; 0 where there are no words.</param>
    /// <returns>The likeliest language, or <see cref="Language.Unknown"/> below <see cref="LeastProbability"/>.</returns>
    [SkipLocalsInit]
    public Language Identify(ReadOnlySpan<byte> utf8, out float probability)
    {
        Span<Unit> units = _units;
        var count = _reader.Read(utf8, units);
        var sums = Vector256<int>.Zero;
        var features = 0;
        foreach (ref readonly var unit in units[..count])
            Prefetch(unit.Key);
        foreach (ref readonly var unit in units[..count])
        {
            if (unit.Kind != UnitKind.Word)
                continue;
            ref var entry = ref _cache[unit.Key >> (64 - CacheBits)];
            if (entry.Key != unit.Key)
                Compute(ref entry, in unit, utf8.Slice(unit.Start, unit.Length));
            sums += Vector256.WidenLower(entry.Sums.ToVector256());
            features += entry.Features;
        }
        if (features == 0)
        {
            probability = 0;
            return Language.Unknown;
        }
        return Decide(sums, features, out probability);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Language Decide(Vector256<int> sums, int features, out float probability)
    {
        var scores = (Vector256.ConvertToSingle(sums) * (_model.Scale / MathF.Sqrt(features))) + Vector256.LoadUnsafe(ref _model.Bias[0]);
        var best = 0;
        for (var i = 1; i < LanguageModel.Languages; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        var total = 0f;
        for (var i = 0; i < LanguageModel.Languages; i++)
            total += MathF.Exp(scores[i] - scores[best]);
        probability = 1 / total;
        return probability < LeastProbability ? Language.Unknown : (Language)(best + 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Compute(ref Entry entry, in Unit unit, ReadOnlySpan<byte> raw)
    {
        var count = LanguageFeatures.List(raw, _model.Bits, _rows);
        var sums = Vector128<short>.Zero;
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_model.Rows);
        foreach (var row in _rows.AsSpan(0, count))
            sums += Vector128.WidenLower(Vector64.LoadUnsafe(ref rows, row * LanguageModel.Languages).ToVector128());
        entry.Key = unit.Key;
        entry.Sums = sums;
        entry.Features = count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Prefetch(ulong key)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_cache), (nuint)(key >> (64 - CacheBits)))));
    }

    /// <summary>A word's rows summed up. At most 137 rows of at most ±127 fit 16 bits.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Entry
    {
        public ulong Key;
        public int Features;
        public Vector128<short> Sums;
    }
}
