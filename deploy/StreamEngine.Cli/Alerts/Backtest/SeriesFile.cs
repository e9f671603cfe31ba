using System.Globalization;

namespace StreamEngine.Cli.Alerts;

/// <summary>A CSV file with the columns <c>timestamp</c> (ISO 8601, UTC where it does not say) and <c>value</c>.</summary>
/// <param name="Interval">The time between most rows.</param>
/// <param name="Rows">The rows, in order of time.</param>
internal sealed record SeriesFile(TimeSpan Interval, IReadOnlyList<SeriesRow> Rows)
{
    private static readonly TimeSpan _defaultInterval = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidDataException">A line is not as it must be; the message names file and line.</exception>
    public static SeriesFile Read(string path)
    {
        var rows = new List<SeriesRow>();
        var (time, value, number) = (-1, -1, 0);
        foreach (var line in File.ReadLines(FilePaths.ToRead(path)))
        {
            number++;
            if (number == 1)
            {
                var header = line.TrimStart('\uFEFF').Split(',').Select(name => name.Trim()).ToList();
                (time, value) = (header.IndexOf("timestamp"), header.IndexOf("value"));
                if (time < 0 || value < 0)
                {
                    throw new InvalidDataException($"{path}:1: the header must name the columns timestamp and value");
                }
            }
            else if (line.Length > 0)
            {
                rows.Add(Row(line.Split(','), time, value, path, number));
                if (rows.Count > 1 && rows[^1].Time < rows[^2].Time)
                {
                    throw new InvalidDataException($"{path}:{number}: the time goes back; rows must be in order");
                }
            }
        }

        if (number == 0)
        {
            throw new InvalidDataException($"{path}: the file is empty; it must begin with the header timestamp,value");
        }

        if (rows.Count == 0)
        {
            throw new InvalidDataException($"{path}: there are no rows after the header");
        }

        return new SeriesFile(MostCommonStep(rows), rows);
    }

    private static SeriesRow Row(string[] fields, int time, int value, string path, int number)
    {
        if (fields.Length <= Math.Max(time, value)
            || !DateTimeOffset.TryParse(fields[time], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || !double.TryParse(fields[value], NumberStyles.Float, CultureInfo.InvariantCulture, out var count) || !double.IsFinite(count))
        {
            throw new InvalidDataException($"{path}:{number}: expected a time such as 2026-03-01T12:00:00Z and a number, got '{string.Join(',', fields)}'");
        }

        return new SeriesRow(at, count, fields[time], fields[value]);
    }

    private static TimeSpan MostCommonStep(List<SeriesRow> rows)
    {
        var steps = rows.Skip(1).Select((row, i) => row.Time - rows[i].Time).Where(step => step >= TimeSpan.FromSeconds(1)).ToList();
        return steps.Count == 0 ? _defaultInterval : steps.GroupBy(step => step).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
    }
}

/// <summary>A row of a series, and how its fields were written.</summary>
internal readonly record struct SeriesRow(DateTimeOffset Time, double Value, string TimeText, string ValueText);
