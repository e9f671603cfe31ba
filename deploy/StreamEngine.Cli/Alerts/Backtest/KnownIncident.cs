using System.Globalization;

namespace StreamEngine.Cli.Alerts;

/// <summary>An incident that somebody has labelled.</summary>
/// <param name="Brand">The brand.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Line">Where in its file it stands.</param>
internal sealed record KnownIncident(string Brand, DateTimeOffset Start, DateTimeOffset End, int Line)
{
    /// <summary>Reads a CSV file with the columns brand,start,end.</summary>
    /// <exception cref="InvalidDataException">A line is not as it must be; the message names file and line.</exception>
    public static IReadOnlyList<KnownIncident> Read(string path)
    {
        var lines = File.ReadAllLines(FilePaths.ToRead(path));
        if (lines.Length == 0 || lines[0].Trim() != "brand,start,end")
        {
            throw new InvalidDataException($"{path}:1: the header must be brand,start,end, and it is '{lines.FirstOrDefault()}'");
        }

        return [.. lines.Select((line, i) => (Line: line, Number: i + 1)).Skip(1).Where(l => l.Line.Length > 0).Select(l => Parse(l.Line, path, l.Number))];
    }

    private static KnownIncident Parse(string line, string path, int number)
    {
        var fields = line.Split(',');
        return fields.Length == 3
            && DateTimeOffset.TryParse(fields[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            && DateTimeOffset.TryParse(fields[2], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && end >= start
            ? new KnownIncident(fields[0], start, end, number)
            : throw new InvalidDataException($"{path}:{number}: expected brand,start,end with times such as 2026-03-01T12:00:00Z, got '{line}'");
    }
}
