using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// How busy each hour of the week is (UTC), as a factor on the level: 1 is average. An hour is the mean of what it was in past weeks, drawn
/// towards the same hour of the other days, and that towards the pool of all brands, the more the less has been seen.
/// </summary>
internal sealed class HourProfile
{
    /// <summary>Hours of a week.</summary>
    public const int Hours = 168;

    /// <summary>Cells that are stored together: a day of the week.</summary>
    public const int HoursOfDay = 24;

    /// <summary>An hour in ms.</summary>
    public const long HourMs = 3_600_000;
    private const double DayPrior = 2;
    private const double WeekPrior = 4;
    private const int MaxWeeks = 8;
    private const double MaxRatio = 4;
    private const double PriorPosts = 5;
    private const double MinFactor = 0.1;

    private readonly float[] _ratio = new float[Hours];
    private readonly byte[] _weeks = new byte[Hours];
    private double _counted;
    private double _expected;
    private double _factor = 1;

    /// <summary>The hour under way, in hours since 1970.</summary>
    public long Hour { get; private set; } = long.MinValue;

    /// <summary>Days of the week with an hour that changed since they were stored; a bit each.</summary>
    public int UnstoredDays { get; set; }

    /// <summary>The hour of a time.</summary>
    public static long HourOf(long time) => Math.DivRem(time, HourMs) is var (hour, rest) && rest < 0 ? hour - 1 : time / HourMs;

    /// <summary>The factor at a time at or after the last one entered.</summary>
    public double Factor(long time, PooledProfile pool) =>
        HourOf(time) is var hour && hour == Hour ? _factor : FactorOf(hour, pool);

    /// <summary>Goes on to a time; where an hour ended, it is learnt.</summary>
    public void Enter(long time, PooledProfile pool)
    {
        // A bucket that began before an hour ended counts in the next.
        var hour = HourOf(time);
        if (hour <= Hour)
        {
            return;
        }

        if (_expected > 0)
        {
            var ratio = (_counted + (PriorPosts * pool.Factor(Hour))) / (_expected + PriorPosts);
            Learn(Hour, Math.Min(MaxRatio, ratio), pool);
        }

        (_counted, _expected) = (0, 0);
        EnterHour(hour, pool);
    }

    /// <summary>Counts a bucket of the hour under way: what was seen, and what would be expected were every hour the same.</summary>
    public void Add(double counted, double expected)
    {
        _counted += counted;
        _expected += expected;
    }

    /// <summary>Forgets all hours.</summary>
    public void Clear()
    {
        Array.Clear(_ratio);
        Array.Clear(_weeks);
        (_counted, _expected, _factor, Hour) = (0, 0, 1, long.MinValue);
        UnstoredDays = (1 << (Hours / HoursOfDay)) - 1;
    }

    public void WriteHour(StateWriter writer)
    {
        writer.WriteSigned(Hour);
        writer.WriteDouble(_counted);
        writer.WriteDouble(_expected);
    }

    public void ReadHour(ref StateReader reader)
    {
        Hour = reader.ReadSigned();
        _counted = reader.ReadDouble();
        _expected = reader.ReadDouble();
    }

    /// <summary>After a restore: the factor of the hour under way, from the profile and the pool as they were stored.</summary>
    public void Prepare(PooledProfile pool)
    {
        if (Hour != long.MinValue)
        {
            EnterHour(Hour, pool);
        }
    }

    public void WriteDay(int day, StateWriter writer)
    {
        for (var i = day * HoursOfDay; i < (day + 1) * HoursOfDay; i++)
        {
            writer.WriteByte(_weeks[i]);
            writer.WriteSingle(_ratio[i]);
        }
    }

    public void ReadDay(int day, ref StateReader reader)
    {
        for (var i = day * HoursOfDay; i < (day + 1) * HoursOfDay; i++)
        {
            _weeks[i] = (byte)reader.ReadCount(MaxWeeks);
            _ratio[i] = reader.ReadSingle();
        }
    }

    private void EnterHour(long hour, PooledProfile pool)
    {
        Hour = hour;
        _factor = FactorOf(hour, pool);
    }

    private void Learn(long hour, double ratio, PooledProfile pool)
    {
        var cell = Cell(hour);
        _ratio[cell] += (float)((ratio - _ratio[cell]) / Math.Min(_weeks[cell] + 1, MaxWeeks));
        _weeks[cell] = (byte)Math.Min(_weeks[cell] + 1, MaxWeeks);
        UnstoredDays |= 1 << (cell / HoursOfDay);
        pool.Add(hour, ratio, _expected);
    }

    private double FactorOf(long hour, PooledProfile pool)
    {
        var (sum, weight) = (0.0, 0.0);
        for (var cell = Cell(hour) % HoursOfDay; cell < Hours; cell += HoursOfDay)
        {
            sum += _weeks[cell] * _ratio[cell];
            weight += _weeks[cell];
        }

        var day = (sum + (DayPrior * pool.Factor(hour))) / (weight + DayPrior);
        var own = Cell(hour);
        return Math.Max(MinFactor, ((_weeks[own] * _ratio[own]) + (WeekPrior * day)) / (_weeks[own] + WeekPrior));
    }

    private static int Cell(long hour) => (int)(((hour % Hours) + Hours) % Hours);
}
