using System.Buffers.Text;
using System.Collections.Immutable;

namespace StreamEngine.Operators;

/// <summary>How a post's time is written.</summary>
internal enum PostTimeFormat
{
    Auto,
    Iso8601,
    EpochSeconds,
    EpochMilliseconds,
    EpochMicroseconds,
}

/// <summary>Reads times of posts into ms since 1970-01-01T00:00Z. Years 1 to 9999.</summary>
internal static class PostTime
{
    /// <summary>The columns that hold times.</summary>
    internal static readonly ImmutableArray<string> Columns = ["time", "timestamp", "window_start", "window_end", "first_event", "last_event"];

    private const long MillisecondsPerDay = 86_400_000;

    /// <summary>0001-01-01, the first time that a post can have.</summary>
    internal const long Earliest = -62_135_596_800_000;

    // 10000-01-01.
    private const long Max = 253_402_300_800_000;

    private static ReadOnlySpan<byte> MonthLengths => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    internal static PostTimeFormat Format(string option) => option switch
    {
        "iso8601" => PostTimeFormat.Iso8601,
        "epoch_s" => PostTimeFormat.EpochSeconds,
        "epoch_ms" => PostTimeFormat.EpochMilliseconds,
        "epoch_us" => PostTimeFormat.EpochMicroseconds,
        _ => PostTimeFormat.Auto,
    };

    internal static bool TryParse(ReadOnlySpan<byte> text, PostTimeFormat format, out long time)
    {
        if (format is PostTimeFormat.Auto or PostTimeFormat.Iso8601 && TryIso(text, out time))
        {
            return true;
        }

        time = 0;
        return format != PostTimeFormat.Iso8601 && !(format == PostTimeFormat.Auto && IsBasicDate(text)) && TryEpoch(text, format, out time);
    }

    /// <summary>
    /// Reads <c>2026-03-01</c>, <c>2026-03-01T12:30</c>, seconds and a fraction after it, then <c>Z</c>, <c>+02</c>, <c>+0200</c>,
    /// <c>+02:00</c> or nothing for UTC. A space may stand for the T and before the zone. Fractions of a millisecond are cut off.
    /// Hyphens and colons may be missing (<c>20260301T1230</c>), hyphens in the years 1900 to 2099.
    /// </summary>
    internal static bool TryIso(ReadOnlySpan<byte> s, out long time)
    {
        time = 0;
        if (s.Length < 10 || !Two(s, 0, out var century) || !Two(s, 2, out var year) || s[4] != '-' || !Two(s, 5, out var month) || s[7] != '-' || !Two(s, 8, out var day))
        {
            return TryBasic(s, out time);
        }

        return TryDate((century * 100) + year, month, day, out time) && TryRest(s[10..], ref time);
    }

    private static bool TryBasic(ReadOnlySpan<byte> s, out long time)
    {
        time = 0;
        if (s.Length < 8 || !IsBasicDate(s[..8]) || (s.Length > 8 && s[8] is not ((byte)'T' or (byte)'t' or (byte)' ')))
        {
            return false;
        }

        Two(s, 0, out var century);
        Two(s, 2, out var year);
        Two(s, 4, out var month);
        Two(s, 6, out var day);
        return TryDate((century * 100) + year, month, day, out time) && TryRest(s[8..], ref time);
    }

    /// <summary>Whether this is written like a date of the years 1900 to 2099. As seconds it would be a day of 1970.</summary>
    internal static bool IsBasicDate(ReadOnlySpan<byte> s) =>
        s.Length == 8 && (s.StartsWith("19"u8) || s.StartsWith("20"u8)) && !s.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool TryDate(int year, int month, int day, out long time)
    {
        time = 0;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DaysInMonth(year, month))
        {
            return false;
        }

        time = DaysSince1970(year, month, day) * MillisecondsPerDay;
        return true;
    }

    /// <summary>Reads what follows a date: nothing, or a time of day.</summary>
    private static bool TryRest(ReadOnlySpan<byte> s, ref long time) =>
        s.IsEmpty || (s[0] is (byte)'T' or (byte)'t' or (byte)' ' && TryTimeOfDay(s[1..], ref time));

    private static bool TryTimeOfDay(ReadOnlySpan<byte> s, ref long time)
    {
        var colon = s.Length > 2 && s[2] == ':' ? 1 : 0;
        if (!Two(s, 0, out var hour) || !Two(s, 2 + colon, out var minute) || hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        {
            return false;
        }

        time += (hour * 3_600_000L) + (minute * 60_000L);
        s = s[(4 + colon)..];
        if (s.Length > 0 && (colon == 1 ? s[0] == ':' : char.IsAsciiDigit((char)s[0])))
        {
            // 60 is a leap second; 24:00 is the end of the day.
            if (!Two(s, colon, out var second) || second > 60 || (hour == 24 && second > 0))
            {
                return false;
            }

            time += second * 1_000L;
            s = s[(2 + colon)..];
            if (s.Length > 0 && s[0] is (byte)'.' or (byte)',' && !TryFraction(ref s, ref time))
            {
                return false;
            }
        }

        return TryZone(s, ref time);
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> s, ref long time)
    {
        var digits = 1;
        var weight = 100;
        for (; digits < s.Length && (uint)(s[digits] - '0') < 10; digits++, weight /= 10)
        {
            time += (s[digits] - '0') * weight;
        }

        s = s[digits..];
        return digits > 1;
    }

    private static bool TryZone(ReadOnlySpan<byte> s, ref long time)
    {
        if (s.Length > 0 && s[0] == ' ')
        {
            s = s[1..];
        }

        if (s.Length == 0)
        {
            return true;
        }

        if (s[0] is (byte)'Z' or (byte)'z')
        {
            return s.Length == 1;
        }

        if (s[0] is not ((byte)'+' or (byte)'-') || !Two(s, 1, out var hours) || hours > 23)
        {
            return false;
        }

        var minutes = 0;
        var rest = s[3..];
        if (rest.Length > 0 && (!Two(rest, rest[0] == ':' ? 1 : 0, out minutes) || rest.Length != (rest[0] == ':' ? 3 : 2) || minutes > 59))
        {
            return false;
        }

        var offset = ((hours * 60L) + minutes) * 60_000;
        time -= s[0] == '+' ? offset : -offset;
        return true;
    }

    private static bool TryEpoch(ReadOnlySpan<byte> s, PostTimeFormat format, out long time)
    {
        time = 0;
        if (Utf8Parser.TryParse(s, out long whole, out var used) && used == s.Length)
        {
            var size = format == PostTimeFormat.Auto ? Math.Abs((double)whole) : 0;
            switch (format)
            {
                case PostTimeFormat.EpochSeconds:
                case PostTimeFormat.Auto when size < 1e11:
                    time = whole is > Max / 1000 or < Earliest / 1000 ? long.MaxValue : whole * 1000;
                    break;
                case PostTimeFormat.EpochMilliseconds:
                case PostTimeFormat.Auto when size < 1e14:
                    time = whole;
                    break;
                case PostTimeFormat.EpochMicroseconds:
                case PostTimeFormat.Auto when size < 1e17:
                    time = FloorDivide(whole, 1_000);
                    break;
                default:
                    time = FloorDivide(whole, 1_000_000);
                    break;
            }

            return time is >= Earliest and < Max;
        }

        return TryFractionalEpoch(s, format, out time);
    }

    private static bool TryFractionalEpoch(ReadOnlySpan<byte> s, PostTimeFormat format, out long time)
    {
        time = 0;
        if (!Utf8Parser.TryParse(s, out double number, out var used) || used != s.Length)
        {
            return false;
        }

        var size = Math.Abs(number);
        var milliseconds = format switch
        {
            PostTimeFormat.EpochSeconds => number * 1e3,
            PostTimeFormat.EpochMilliseconds => number,
            PostTimeFormat.EpochMicroseconds => number / 1e3,
            _ => size < 1e11 ? number * 1e3 : size < 1e14 ? number : size < 1e17 ? number / 1e3 : number / 1e6,
        };
        if (!(milliseconds >= Earliest && milliseconds < Max))
        {
            return false;
        }

        // A double holds a present-day second to 0.2 µs: rounding to the microsecond first keeps 1.001 s from becoming 1,000 ms.
        time = (long)Math.Floor(Math.Round(milliseconds, 3));
        return true;
    }

    private static long FloorDivide(long value, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    private static bool Two(ReadOnlySpan<byte> s, int at, out int value)
    {
        value = 0;
        if (at + 2 > s.Length)
        {
            return false;
        }

        var tens = (uint)(s[at] - '0');
        var ones = (uint)(s[at + 1] - '0');
        value = (int)((tens * 10) + ones);
        return tens < 10 && ones < 10;
    }

    private static bool IsLeapYear(int year) => (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);

    private static int DaysInMonth(int year, int month) =>
        month == 2 && IsLeapYear(year) ? 29 : MonthLengths[month - 1];

    // From March on, months are 30.6 days apart on average, rounded down.
    private static int DaysBefore(int month) => month <= 2 ? (month - 1) * 31 : (306 * (month + 1) / 10) - 63;

    private static long DaysSince1970(int year, int month, int day)
    {
        var before = year - 1;
        var days = (before * 365L) + (before / 4) - (before / 100) + (before / 400) + DaysBefore(month) + day - 1;
        return days - 719_162 + (month > 2 && IsLeapYear(year) ? 1 : 0);
    }
}
