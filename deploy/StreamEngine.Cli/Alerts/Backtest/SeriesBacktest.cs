using System.CommandLine;
using System.Globalization;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary>Scores series of counts.</summary>
internal static class SeriesBacktest
{
    /// <summary>Scores files; several go into a folder under their own names.</summary>
    public static int Run(string[] files, string? output, double budget, TimeSpan history, InvocationConfiguration console)
    {
        var outputs = files.Select(file => files.Length > 1 || Directory.Exists(output) ? Path.Combine(output!, Path.GetFileName(file)) : output).ToList();
        if (Overwritten(files, outputs) is { } wrong)
        {
            console.Error.WriteLine("streamengine: --output " + wrong);
            return ExitCode.Usage;
        }

        foreach (var (file, path) in files.Zip(outputs))
        {
            var series = SeriesFile.Read(file);
            var detector = new SeriesDetector(series.Interval, budget, history);
            using var writer = path is null ? null : Create(path);
            var alerts = Score(series, detector, writer ?? console.Output);
            console.Error.WriteLine($"{Path.GetFileName(file)}: {series.Rows.Count} rows every {series.Interval}, {alerts} alerts");
        }

        return ExitCode.Done;
    }

    /// <summary>Says which file of a series, or of its scores, would be lost; <see langword="null"/>: none.</summary>
    private static string? Overwritten(string[] files, List<string?> outputs)
    {
        var taken = files.Select(Path.GetFullPath).ToHashSet();
        foreach (var output in outputs.OfType<string>())
        {
            if (!taken.Add(Path.GetFullPath(output)))
            {
                return files.Any(file => Path.GetFullPath(file) == Path.GetFullPath(output))
                    ? $"would write scores over the series {output}: name another folder or file"
                    : $"would write two scored series to {output}: score files of one name one at a time";
            }
        }

        return null;
    }

    private static StreamWriter Create(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        return new StreamWriter(path);
    }

    private static int Score(SeriesFile series, SeriesDetector detector, TextWriter output)
    {
        var alerts = 0;
        output.WriteLine("timestamp,value,anomaly_score,alert");
        foreach (var row in series.Rows)
        {
            var point = detector.Next(row.Time, row.Value);
            alerts += point.IsAlert ? 1 : 0;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.TimeText},{row.ValueText},{point.Score:F6},{(point.IsAlert ? 1 : 0)}"));
        }

        output.Flush();
        return alerts;
    }
}
