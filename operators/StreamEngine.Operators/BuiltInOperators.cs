using System.Collections.Immutable;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>The operators that every graph can use.</summary>
public static class BuiltInOperators
{
    /// <summary>All of them, in the order of a post's way.</summary>
    public static ImmutableArray<OperatorDefinition> All { get; } =
    [
        new DecodeDefinition(),
        new DedupeDefinition(),
        new MatchDefinition(),
        new FilterDefinition(),
        new LanguageDefinition(),
        new SentimentDefinition(),
        new WindowDefinition(),
        new RollupDefinition(),
        new SpikesDefinition(),
    ];
}
