using System.Globalization;
using System.Text;

namespace StreamEngine.Core.Graph;

/// <summary>Durations as users write them: one or more numbers with units, <c>200ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>7d</c>.</summary>
public static class Durations
{
    private const long MostMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;

    private static readonly (string Unit, long Milliseconds)[] _units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads a duration of at least zero.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        if (text.Trim() == "0")
        {
            return true;
        }

        decimal total = 0;
        for (var rest = text.AsSpan().Trim(); rest.Length > 0;)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits > 0 && rest[digits] == '.')
            {
                var fraction = rest[(digits + 1)..].IndexOfAnyExceptInRange('0', '9');
                digits = fraction <= 0 ? -1 : digits + 1 + fraction;
            }

            if (digits <= 0 || !TryUnit(rest[digits..], out var unit, out var factor))
            {
                return false;
            }

            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > MostMilliseconds)
            {
                return false;
            }

            total += count * factor;
            rest = rest[(digits + unit)..];
        }

        if (total > MostMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(total * TimeSpan.TicksPerMillisecond));
        return true;
    }

    /// <summary>Writes a duration the way <see cref="TryParse"/> reads it, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        var rest = duration.Ticks / TimeSpan.TicksPerMillisecond;
        if (rest == 0)
        {
            return "0s";
        }

        var text = new StringBuilder();
        for (var i = _units.Length - 1; i >= 0; i--)
        {
            var count = rest / _units[i].Milliseconds;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{_units[i].Unit}");
                rest -= count * _units[i].Milliseconds;
            }
        }

        return text.ToString();
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out int length, out long milliseconds)
    {
        foreach (var (unit, factor) in _units)
        {
            if (text.StartsWith(unit) && (text.Length == unit.Length || !char.IsAsciiLetter(text[unit.Length])))
            {
                (length, milliseconds) = (unit.Length, factor);
                return true;
            }
        }

        (length, milliseconds) = (0, 0);
        return false;
    }
}
