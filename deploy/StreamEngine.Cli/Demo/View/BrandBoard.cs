using System.Collections.Immutable;
using System.Text.Json;
using StreamEngine.Cli.Alerts;

namespace StreamEngine.Cli.Demo;

/// <summary>What is known of the brands at a moment, out of the topics of windows and alerts.</summary>
internal sealed class BrandBoard
{
    /// <summary>Cells of the day in <see cref="BrandState.Day"/>: half an hour each.</summary>
    public const int Cells = 48;

    private const double RedShare = 0.45;
    private const int FewestPosts = 30;
    private static readonly long _cell = (long)TimeSpan.FromMinutes(30).TotalMilliseconds;

    private readonly Lock _lock = new();
    private readonly long _dayStart;
    private readonly Dictionary<string, Dictionary<(long Start, string? Channel, string? Language), WindowRow>> _windows = [];
    private readonly Dictionary<string, Dictionary<string, AlertView>> _incidents = [];
    private long _newest;
    private long _rows;

    /// <summary>An empty board.</summary>
    /// <param name="dayStart">Midnight at which the day starts, ms since 1970.</param>
    /// <param name="brands">The brands.</param>
    public BrandBoard(long dayStart, IEnumerable<string> brands)
    {
        _dayStart = _newest = dayStart;
        foreach (var brand in brands)
        {
            _windows[brand] = [];
            _incidents[brand] = [];
        }
    }

    /// <summary>How far the engine is: the start of the newest window, ms since 1970.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    /// <summary>Windows taken, each as often as it came.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Takes a record of the topic of windows.</summary>
    public void TakeWindow(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var row = document.RootElement;
        long Number(string name) => row.GetProperty(name).GetInt64();
        string? Text(string name) => row.TryGetProperty(name, out var value) ? value.GetString() : null;
        var window = new WindowRow(Number("version"), Number("posts"), Number("negative"), Number("positive"));
        lock (_lock)
        {
            var key = (Number("window_start"), Text("channel"), Text("language"));
            var windows = _windows[Text("brand")!];
            if (!windows.TryGetValue(key, out var known) || known.Version < window.Version)
            {
                windows[key] = window;
            }

            _newest = Math.Max(_newest, key.Item1);
            _rows++;
        }
    }

    /// <summary>Takes an alert.</summary>
    public void TakeAlert(AlertView alert)
    {
        lock (_lock)
        {
            _incidents[alert.Brand][alert.Incident] = alert;
        }
    }

    /// <summary>The brands as of the newest window, in the order given.</summary>
    public ImmutableArray<BrandState> Brands()
    {
        lock (_lock)
        {
            return [.. _windows.Select(brand => State(brand.Key, brand.Value))];
        }
    }

    private BrandState State(string name, Dictionary<(long Start, string? Channel, string? Language), WindowRow> windows)
    {
        var day = new Tally[Cells];
        Tally all = default, lately = default;
        var newest = windows.Count == 0 ? _dayStart : windows.Keys.Max(k => k.Start);
        foreach (var (key, row) in windows)
        {
            all += row.Tally;
            var cell = (key.Start - _dayStart) / _cell;
            if (cell is >= 0 and < Cells)
            {
                day[cell] += row.Tally;
            }

            if (key.Start > newest - _cell)
            {
                lately += row.Tally;
            }
        }

        var incident = _incidents[name].Values.Where(i => i.IsOpen).MaxBy(i => i.Severity);
        var isRed = incident is not null || (lately.Posts >= FewestPosts && lately.NegativeShare >= RedShare);
        return new BrandState(name, all, lately, [.. day], incident, isRed);
    }

    private readonly record struct WindowRow(long Version, long Posts, long Negative, long Positive)
    {
        public Tally Tally => new(Posts, Negative, Positive);
    }
}

/// <summary>Posts by tone.</summary>
internal readonly record struct Tally(long Posts, long Negative, long Positive)
{
    /// <summary>The share that is negative, 0 to 1.</summary>
    public double NegativeShare => Posts == 0 ? 0 : (double)Negative / Posts;

    public static Tally operator +(Tally a, Tally b) => new(a.Posts + b.Posts, a.Negative + b.Negative, a.Positive + b.Positive);
}

/// <summary>A brand at a moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="All">Its posts since midnight.</param>
/// <param name="Lately">Those of the last half hour.</param>
/// <param name="Day">Those of each half hour.</param>
/// <param name="Incident">The incident that is open; the most severe if there are several.</param>
/// <param name="IsRed">Whether an incident is open or much of what was said lately is negative.</param>
internal sealed record BrandState(string Name, Tally All, Tally Lately, ImmutableArray<Tally> Day, AlertView? Incident, bool IsRed);
