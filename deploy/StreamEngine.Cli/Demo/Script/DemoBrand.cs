using System.Collections.Immutable;

namespace StreamEngine.Cli.Demo;

/// <summary>A brand of the demo, and how it is talked about on an ordinary day.</summary>
/// <param name="Name">As in <c>brands/demo.yaml</c>.</param>
/// <param name="Handle">Its account.</param>
/// <param name="Hashtag">Its hashtag.</param>
/// <param name="PostsPerDay">How many posts mention it.</param>
/// <param name="Negative">The share of those that complain.</param>
/// <param name="Positive">The share of those that praise.</param>
/// <param name="Languages">Weights of the languages, in the order of <see cref="Phrases.ReadAll"/>.</param>
internal sealed record DemoBrand(string Name, string Handle, string Hashtag, int PostsPerDay, double Negative, double Positive, ImmutableArray<double> Languages)
{
    /// <summary>The brand's name in the lists of phrases.</summary>
    public string Key { get; } = Name.ToLowerInvariant();

    public static DemoBrand Morvella { get; } = new("Morvella", "@morvella", "#morvella", 9_000, 0.14, 0.36, [4, 3, 3, 2]);

    public static DemoBrand Panzaro { get; } = new("Panzaro", "@panzaro", "#panzaro", 10_000, 0.17, 0.38, [3, 4, 2, 3]);

    public static DemoBrand Kwikla { get; } = new("Kwikla", "@kwikla", "#kwikla", 13_000, 0.13, 0.32, [4, 2, 4, 3]);

    public static DemoBrand Brina { get; } = new("Brina", "@brina_outdoor", "#brinaoutdoor", 6_000, 0.12, 0.36, [2, 4, 3, 2]);

    public static DemoBrand Telumbra { get; } = new("Telumbra", "@telumbra", "#telumbra", 14_000, 0.15, 0.30, [3, 3, 3, 4]);

    public static DemoBrand Ovanta { get; } = new("Ovanta", "@ovanta", "#ovanta", 8_000, 0.11, 0.30, [4, 2, 2, 3]);

    public static ImmutableArray<DemoBrand> All { get; } = [Morvella, Panzaro, Kwikla, Brina, Telumbra, Ovanta];
}
