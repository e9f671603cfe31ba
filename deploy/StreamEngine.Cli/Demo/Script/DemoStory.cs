using System.Collections.Immutable;

namespace StreamEngine.Cli.Demo;

/// <summary>Something that happens to a brand on the scripted day: posts beyond the ordinary ones.</summary>
/// <param name="Brand">Whom it happens to.</param>
/// <param name="Phrases">The list of phrases; the second sentences are in <c>NAME.more</c>.</param>
/// <param name="Tone">The tone of these posts.</param>
/// <param name="StartMinute">When it begins, in minutes of the day.</param>
/// <param name="PostsPerMinute">Posts per minute, by the minutes since it began.</param>
internal sealed record DemoStory(DemoBrand Brand, string Phrases, string Tone, int StartMinute, Func<double, double> PostsPerMinute)
{
    /// <summary>13:40, glass in bottles: within a quarter of an hour ten times the usual posts, angry; it takes the evening to calm down.</summary>
    public static DemoStory Crisis { get; } = new(DemoBrand.Morvella, "crisis", "negative", 13 * 60 + 40, t => 60 * (1 - Math.Exp(-t / 12)) * Math.Exp(-t / 110));

    /// <summary>18:15, free pizza for stranded travellers: as sudden as the crisis, but praise.</summary>
    public static DemoStory Praise { get; } = new(DemoBrand.Panzaro, "praise", "positive", 18 * 60 + 15, t => 50 * (1 - Math.Exp(-t / 12)) * Math.Exp(-t / 80));

    /// <summary>From 09:00, parcels get lost: complaints creep up over ten hours, no minute of which looks like much.</summary>
    public static DemoStory SlowBurn { get; } = new(DemoBrand.Kwikla, "slow", "negative", 9 * 60, t => t < 600 ? 9 * t / 600 : Math.Max(0, 9 * (1 - (t - 600) / 240)));

    /// <summary>All of the day.</summary>
    public static ImmutableArray<DemoStory> All { get; } = [Crisis, Praise, SlowBurn];
}
