using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// What was counted and what is usual, of the posts of a kind and of the others, over several horizons at once, as sums in which the past
/// fades: a horizon of H buckets keeps 1 − 1/H of its sum at each bucket, so that it holds about the last H of them (the EWMA chart of
/// Roberts, 1959). Short horizons see the sudden, long ones the slow burn.
/// </summary>
internal struct FadingSums
{
    /// <summary>How many horizons there are.</summary>
    public const int Count = 6;

    private Horizons _seen;
    private Horizons _usual;
    private Horizons _others;
    private Horizons _othersUsual;

    /// <summary>What <see cref="RiseTest"/> says up to the same bucket.</summary>
    public double Rise { readonly get; set; }

    /// <summary>The horizons, in buckets.</summary>
    public static ReadOnlySpan<int> Lives => [1, 3, 8, 20, 50, 144];

    /// <summary>By how much a sum is multiplied so that chance alone makes it vary by as much as is expected.</summary>
    /// <remarks>
    /// With k kept of a sum at each bucket, counts of variance μ give a sum of mean μ/(1−k) and variance μ/(1−k²): times 1 + k both are equal.
    /// </remarks>
    public static double Unit(int horizon) => 2 - (1.0 / Lives[horizon]);

    /// <summary>The counts of posts of the kind.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> Seen => _seen;

    /// <summary>Their usual counts at these hours.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> Usual => _usual;

    /// <summary>The counts of the other posts.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> Others => _others;

    /// <summary>Their usual counts.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> OthersUsual => _othersUsual;

    /// <summary>Takes in the next bucket.</summary>
    public void Add(double seen, double usual, double others, double othersUsual)
    {
        for (var i = 0; i < Count; i++)
        {
            var kept = 1 - (1.0 / Lives[i]);
            _seen[i] = (_seen[i] * kept) + seen;
            _usual[i] = (_usual[i] * kept) + usual;
            _others[i] = (_others[i] * kept) + others;
            _othersUsual[i] = (_othersUsual[i] * kept) + othersUsual;
        }
    }

    public readonly void Write(StateWriter writer)
    {
        for (var i = 0; i < Count; i++)
        {
            writer.WriteDouble(_seen[i]);
            writer.WriteDouble(_usual[i]);
            writer.WriteDouble(_others[i]);
            writer.WriteDouble(_othersUsual[i]);
        }

        writer.WriteDouble(Rise);
    }

    public static FadingSums Read(ref StateReader reader)
    {
        FadingSums sums = default;
        for (var i = 0; i < Count; i++)
        {
            sums._seen[i] = reader.ReadDouble();
            sums._usual[i] = reader.ReadDouble();
            sums._others[i] = reader.ReadDouble();
            sums._othersUsual[i] = reader.ReadDouble();
        }

        sums.Rise = reader.ReadDouble();
        return sums;
    }

    [InlineArray(Count)]
    private struct Horizons
    {
        private double _first;
    }
}
