using System.Globalization;
using StreamEngine.Cli.Alerts;

namespace StreamEngine.Cli.Demo;

/// <summary>Where the demo shows how it goes.</summary>
internal interface IDemoView : IDisposable
{
    /// <summary>Says what is being done before the day starts.</summary>
    void Starting(string what);

    /// <summary>An alert has come. May be called from any thread.</summary>
    void Alert(AlertView alert);

    /// <summary>Something the user should know. May be called from any thread.</summary>
    void Notice(string text);

    /// <summary>Shows how it goes now.</summary>
    void Show(DemoMoment moment);
}

/// <summary>The demo at a moment.</summary>
/// <param name="Clock">The time of the scripted day, from midnight; at most 24 hours.</param>
/// <param name="Posts">Posts that the engine has read.</param>
/// <param name="PostsPerSecond">How many of them in the last second.</param>
/// <param name="Brands">The brands.</param>
internal sealed record DemoMoment(TimeSpan Clock, long Posts, double PostsPerSecond, IReadOnlyList<BrandState> Brands)
{
    /// <summary>How much of the day is over, 0 to 1.</summary>
    public double Progress => Clock / TimeSpan.FromDays(1);

    /// <summary>The clock as people write it.</summary>
    public string Time => string.Create(CultureInfo.InvariantCulture, $"{(int)Clock.TotalHours:00}:{Clock.Minutes:00}");
}
