using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// The largest surprise of each day, per horizon and of the test for a lasting rise, for the last four weeks: from these comes the brand's own threshold. Counts of real
/// brands have tails that no formula knows beforehand; what a brand's own days reach is the better measure.
/// </summary>
internal sealed class DayPeaks(CountLaw law)
{
    /// <summary>The place of <see cref="RiseTest"/> behind the horizons.</summary>
    public const int Rise = FadingSums.Count;

    /// <summary>How many measures of surprise there are.</summary>
    public const int Measures = FadingSums.Count + 1;

    private const int Days = 28;

    /// <summary>So many days without a peak are taken to have gone before: one bad day in the first week is no habit.</summary>
    private const int PriorDays = 7;

    /// <summary>A day counts for at most this many times the threshold: one crisis does not make the next invisible.</summary>
    private const double CapAt = 2;

    private const long DayMs = 86_400_000;
    private const int DaysOfWeek = 7;

    private readonly float[] _peaks = new float[Days * Measures];
    private readonly float[] _today = new float[Measures];
    private readonly float[] _thresholds = [.. Enumerable.Range(0, Measures).Select(m => (float)law.Nominal(m))];
    private int _count;
    private long _day = long.MinValue;

    /// <summary>Changed since it was stored.</summary>
    public bool Unstored { get; set; }

    /// <summary>What a measure exceeds on as many days as the budget allows.</summary>
    public double Threshold(int measure) => _thresholds[measure];

    /// <summary>Goes on to a time; where a day ended, thresholds are set anew.</summary>
    public void Enter(long time)
    {
        var day = Math.DivRem(time, DayMs) is var (whole, rest) && rest < 0 ? whole - 1 : time / DayMs;
        if (day == _day)
        {
            return;
        }

        if (_day != long.MinValue)
        {
            Array.Copy(_peaks, 0, _peaks, Measures, _peaks.Length - Measures);
            _today.CopyTo(_peaks, 0);
            _count = Math.Min(_count + 1, Days);
            SetThresholds();
            Unstored = true;
        }

        _day = day;
        Array.Clear(_today);
    }

    /// <summary>Sets each measure's threshold from the days so far.</summary>
    public void SetThresholds()
    {
        Span<float> sorted = stackalloc float[Days + PriorDays];
        sorted = sorted[..Math.Min(_count + PriorDays, Math.Max(Days, _count))];
        for (var measure = 0; measure < Measures; measure++)
        {
            for (var i = 0; i < _count; i++)
            {
                sorted[i] = _peaks[(i * Measures) + measure];
            }

            sorted[_count..].Fill((float)law.Nominal(measure));

            sorted.Sort();
            _thresholds[measure] = (float)Math.Max(law.Nominal(measure), Upper(sorted, law.Budget / DaysOfWeek));
        }
    }

    /// <summary>Takes in a surprise of the day under way.</summary>
    public void Add(int measure, double surprise) => _today[measure] = Math.Max(_today[measure], (float)Math.Min(surprise, CapAt * _thresholds[measure]));

    public void WriteToday(StateWriter writer)
    {
        writer.WriteSigned(_day);
        foreach (var peak in _today)
        {
            writer.WriteSingle(peak);
        }
    }

    public void ReadToday(ref StateReader reader)
    {
        _day = reader.ReadSigned();
        for (var i = 0; i < _today.Length; i++)
        {
            _today[i] = reader.ReadSingle();
        }
    }

    public void WritePast(StateWriter writer)
    {
        writer.WriteCount(_count);
        foreach (var peak in _peaks.AsSpan(0, _count * Measures))
        {
            writer.WriteSingle(peak);
        }
    }

    public void ReadPast(ref StateReader reader)
    {
        _count = (int)reader.ReadCount(Days);
        for (var i = 0; i < _count * Measures; i++)
        {
            _peaks[i] = reader.ReadSingle();
        }
    }

    /// <summary>What a part of the days exceeds, between the two nearest of them; the greatest where they are too few to say.</summary>
    private static double Upper(ReadOnlySpan<float> ascending, double part)
    {
        if (ascending.IsEmpty)
        {
            return 0;
        }

        var place = Math.Clamp((part * (ascending.Length + 1)) - 1, 0, ascending.Length - 1);
        var (whole, rest) = ((int)place, place - (int)place);
        double At(ReadOnlySpan<float> days, int rank) => days[Math.Max(0, days.Length - 1 - rank)];
        return (At(ascending, whole) * (1 - rest)) + (At(ascending, whole + 1) * rest);
    }
}
