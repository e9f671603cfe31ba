using System.Diagnostics;
using Xunit.Sdk;

namespace StreamEngine.Testing;

/// <summary>Waits for what must come true in a while: polls, and fails the test with a description when time is up.</summary>
public static class Eventually
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long is waited when a test does not say: 30 s.</summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits until <paramref name="condition"/> is true.</summary>
    /// <param name="condition">Asked every 20 ms. What it throws fails the test at once.</param>
    /// <param name="description">What should have come true, for the message on failure.</param>
    /// <param name="within">How long to wait; null: <see cref="DefaultPatience"/>.</param>
    /// <exception cref="XunitException">Time is up.</exception>
    public static Task Holds(Func<bool> condition, string description, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Holds(() => Task.FromResult(condition()), () => description, within);
    }

    /// <summary>Waits until <paramref name="condition"/> is true.</summary>
    /// <param name="condition">Asked every 20 ms. What it throws fails the test at once.</param>
    /// <param name="description">What should have come true and how things stand, asked once, on failure.</param>
    /// <param name="within">How long to wait; null: <see cref="DefaultPatience"/>.</param>
    /// <exception cref="XunitException">Time is up.</exception>
    public static Task Holds(Func<bool> condition, Func<string> description, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Holds(() => Task.FromResult(condition()), description, within);
    }

    /// <inheritdoc cref="Holds(Func{bool}, string, TimeSpan?)"/>
    public static Task Holds(Func<Task<bool>> condition, string description, TimeSpan? within = null) =>
        Holds(condition, () => description, within);

    /// <inheritdoc cref="Holds(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task Holds(Func<Task<bool>> condition, Func<string> description, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(description);
        var patience = within ?? DefaultPatience;
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > patience)
                throw new XunitException($"Not within {patience.TotalSeconds:0.##} s: {description()}");
            await Task.Delay(_pause);
        }
    }
}
