using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The hours of the day over all brands of the partition: what a brand is taken to be like before its own hours are known. Whole numbers,
/// so that it does not matter in which order brands report.
/// </summary>
internal sealed class PooledProfile
{
    private const double Unit = 1_000_000;
    private const double MaxWeight = 10;
    private const double PriorWeight = 2;

    private readonly long[] _ratios = new long[HourProfile.HoursOfDay];
    private readonly long[] _weights = new long[HourProfile.HoursOfDay];
    private readonly long[] _nextRatios = new long[HourProfile.HoursOfDay];
    private readonly long[] _nextWeights = new long[HourProfile.HoursOfDay];

    /// <summary>The last hour that is closed: what brands report of it or of hours before it comes too late, or comes again.</summary>
    public long Closed { get; private set; } = long.MinValue;

    /// <summary>How busy an hour is; 1 where nothing is known.</summary>
    public double Factor(long hour)
    {
        var cell = Cell(hour);
        return ((_ratios[cell] / Unit) + PriorWeight) / ((_weights[cell] / Unit) + PriorWeight);
    }

    /// <summary>Takes in an hour of a brand; it counts once the hour is closed. Hours in which little was to be expected count little.</summary>
    public void Add(long hour, double ratio, double expected)
    {
        if (hour > Closed)
        {
            var weight = Math.Min(MaxWeight, expected) / MaxWeight;
            _nextRatios[Cell(hour)] += (long)Math.Round(ratio * weight * Unit);
            _nextWeights[Cell(hour)] += (long)Math.Round(weight * Unit);
        }
    }

    /// <summary>Ends an hour: what brands said of it counts from now on. Older days count half after a week.</summary>
    public void Close(long hour)
    {
        if (hour <= Closed)
        {
            return;
        }

        var cell = Cell(hour);
        _ratios[cell] = (_ratios[cell] * 9 / 10) + _nextRatios[cell];
        _weights[cell] = (_weights[cell] * 9 / 10) + _nextWeights[cell];
        (_nextRatios[cell], _nextWeights[cell]) = (0, 0);
        Closed = hour;
    }

    /// <summary>Forgets all hours; what brands report from the one after <paramref name="closed"/> on counts.</summary>
    public void StartAgain(long closed)
    {
        foreach (var cells in (ReadOnlySpan<long[]>)[_ratios, _weights, _nextRatios, _nextWeights])
        {
            Array.Clear(cells);
        }

        Closed = closed;
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(Closed);
        foreach (var cells in (ReadOnlySpan<long[]>)[_ratios, _weights, _nextRatios, _nextWeights])
        {
            foreach (var value in cells)
            {
                writer.WriteCount(value);
            }
        }
    }

    public void Read(ref StateReader reader)
    {
        Closed = reader.ReadSigned();
        foreach (var cells in (ReadOnlySpan<long[]>)[_ratios, _weights, _nextRatios, _nextWeights])
        {
            for (var i = 0; i < cells.Length; i++)
            {
                cells[i] = reader.ReadCount();
            }
        }
    }

    private static int Cell(long hour) => (int)(((hour % HourProfile.HoursOfDay) + HourProfile.HoursOfDay) % HourProfile.HoursOfDay);
}
