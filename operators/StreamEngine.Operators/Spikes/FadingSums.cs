using System.Runtime.CompilerServices;

namespace StreamEngine.Operators;

/// <summary>
/// What was counted and what was expected over several horizons at once, as sums in which the past fades: a horizon of H buckets keeps
/// 1 − 1/H of its sum at each bucket, so that it holds about the last H of them (the EWMA chart of Roberts, 1959). Short horizons see the
/// sudden, long ones the slow burn.
/// </summary>
internal struct FadingSums
{
    /// <summary>How many horizons there are.</summary>
    public const int Count = 4;

    private Horizons _seen;
    private Horizons _expected;

    /// <summary>The horizons, in buckets.</summary>
    public static ReadOnlySpan<int> Lives => [1, 6, 36, 144];

    /// <summary>What was counted over a horizon.</summary>
    public readonly double Seen(int horizon) => _seen[horizon];

    /// <summary>What was expected over a horizon.</summary>
    public readonly double Expected(int horizon) => _expected[horizon];

    /// <summary>Takes in the next bucket.</summary>
    public void Add(double seen, double expected)
    {
        for (var i = 0; i < Count; i++)
        {
            var kept = 1 - (1.0 / Lives[i]);
            _seen[i] = (_seen[i] * kept) + seen;
            _expected[i] = (_expected[i] * kept) + expected;
        }
    }

    public readonly void Write(StateWriter writer)
    {
        for (var i = 0; i < Count; i++)
        {
            writer.WriteDouble(_seen[i]);
            writer.WriteDouble(_expected[i]);
        }
    }

    public static FadingSums Read(ref StateReader reader)
    {
        FadingSums sums = default;
        for (var i = 0; i < Count; i++)
        {
            sums._seen[i] = reader.ReadDouble();
            sums._expected[i] = reader.ReadDouble();
        }

        return sums;
    }

    [InlineArray(Count)]
    private struct Horizons
    {
        private double _first;
    }
}
