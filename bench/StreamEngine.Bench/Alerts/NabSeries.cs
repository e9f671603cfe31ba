using System.Globalization;
using System.Text.Json;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Alerts;

/// <summary>A file of the benchmark, with its labelled windows.</summary>
internal sealed record NabSeries(string Name, IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<double> Values, IReadOnlyList<NabWindow> Windows)
{
    /// <summary>Reads a file of the benchmark's folder, named as in the labels: <c>realTweets/Twitter_volume_FB.csv</c>.</summary>
    public static NabSeries Read(string folder, string name)
    {
        var rows = CsvRecords.Read(Path.Combine(folder, "data", name)).ToList();
        var times = rows.ConvertAll(r => Time(r["timestamp"]));
        using var labels = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "labels", "windows_given.json")));
        var windows = labels.RootElement.TryGetProperty(name, out var given)
            ? given.EnumerateArray().Select(w => new NabWindow(times.BinarySearch(Time(w[0].GetString()!)), times.BinarySearch(Time(w[1].GetString()!)))).ToList()
            : [];
        return windows.Exists(w => w.First < 0 || w.Last < 0)
            ? throw new InvalidDataException($"{name}: a window does not begin and end at rows")
            : new NabSeries(name, times, rows.ConvertAll(r => double.Parse(r["value"], CultureInfo.InvariantCulture)), windows);
    }

    /// <summary>The detector's score of each row.</summary>
    public double[] Detect()
    {
        var detector = new SeriesDetector(Times[1] - Times[0]);
        return [.. Times.Zip(Values, (time, value) => detector.Next(time, value).Score)];
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>The rows of a labelled window, first and last included.</summary>
internal readonly record struct NabWindow(int First, int Last)
{
    public int Rows => Last - First + 1;
}
