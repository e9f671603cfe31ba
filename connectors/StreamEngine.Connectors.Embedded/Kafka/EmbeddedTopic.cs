using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StreamEngine.Connectors.Embedded;

/// <summary>A topic that exists from the start of an <see cref="EmbeddedKafka"/>.</summary>
/// <param name="Name">1 to 249 characters out of <c>a-z A-Z 0-9 . _ -</c>.</param>
/// <param name="Partitions">1 to <see cref="MaxPartitions"/>.</param>
public readonly record struct EmbeddedTopic(string Name, int Partitions)
{
    /// <summary>The greatest number of partitions that a topic may have here.</summary>
    public const int MaxPartitions = 10_000;

    private const int MaxNameLength = 249;

    /// <summary>Reads <c>NAME:PARTITIONS</c>, or <c>NAME</c> for one partition.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="topic">The topic, when the text is right.</param>
    /// <param name="error">What is wrong with the text, in one sentence, when it is not.</param>
    public static bool TryParse(string text, out EmbeddedTopic topic, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        topic = default;
        int colon = text.LastIndexOf(':');
        string name = colon < 0 ? text : text[..colon];
        int partitions = 1;
        if (colon >= 0 && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out partitions))
        {
            error = $"'{text}': '{text[(colon + 1)..]}' is not a number of partitions; expected NAME:PARTITIONS, for example posts:4.";
            return false;
        }
        topic = new EmbeddedTopic(name, partitions);
        error = topic.Problem();
        return error is null;
    }

    /// <summary>What a broker would refuse about this topic, or null.</summary>
    internal string? Problem()
    {
        if (Name.Length is 0 or > MaxNameLength || Name is "." or ".."
            || Name.AsSpan().ContainsAnyExcept(_legalNameCharacters))
            return $"'{Name}' is not a topic name: 1 to {MaxNameLength} letters, digits, '.', '_' and '-' make one.";
        if (Partitions is < 1 or > MaxPartitions)
            return $"'{Name}:{Partitions}': a topic has 1 to {MaxPartitions} partitions.";
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> _legalNameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
