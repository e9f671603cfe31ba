using System.Collections.Immutable;

namespace StreamEngine.Operators;

/// <summary>A brand and how posts name it.</summary>
internal sealed record Brand(string Name)
{
    /// <summary>Any of these means the brand.</summary>
    public ImmutableArray<BrandPattern> Certain { get; init; } = [];

    /// <summary>These mean it only in a post that has one of <see cref="Context"/>.</summary>
    public ImmutableArray<BrandPattern> Ambiguous { get; init; } = [];

    /// <summary>What shows that an ambiguous word means the brand.</summary>
    public ImmutableArray<BrandPattern> Context { get; init; } = [];

    /// <summary>What lies within one of these does not mean the brand.</summary>
    public ImmutableArray<BrandPattern> Exclude { get; init; } = [];

    /// <summary>A post that has one of these is not about the brand.</summary>
    public ImmutableArray<BrandPattern> NeverWith { get; init; } = [];
}
