using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>
/// All brands of a file, laid out for matching: distinct patterns with numbers, an index of their words, an automaton over these, and for
/// each pattern the brands that it means. Immutable and shared by all instances of the operator.
/// </summary>
internal sealed class BrandSet
{
    private static readonly SharedByFile<BrandSet> _files = new(Read);

    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<BrandPattern> _patterns = [];
    private readonly List<List<BrandUse>> _uses = [];

    /// <summary>Lays out brands.</summary>
    public BrandSet(ImmutableArray<Brand> brands)
    {
        Rules = [.. brands.Select((brand, index) => Lay(brand, index))];
        Names = [.. brands.Select(brand => brand.Name)];
        Patterns = [.. _patterns];
        Uses = [.. _uses.Select(uses => uses.Distinct().ToArray())];
        Excludes = new bool[Patterns.Length];
        foreach (var pattern in Rules.SelectMany(rules => rules.Exclude))
        {
            Excludes[pattern] = true;
        }

        var words = new Dictionary<string, int>();
        var list = new List<byte[]>();
        foreach (var word in _patterns.SelectMany(pattern => pattern.Words))
        {
            if (words.TryAdd(Convert.ToHexString(word), list.Count))
            {
                list.Add(word);
            }
        }

        Words = new WordIndex(list);
        Phrases = new PhraseAutomaton(Patterns, word => words[Convert.ToHexString(word)], list.Count);
    }

    /// <summary>The brands' names, in the order of the file.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>For each brand, what else must hold.</summary>
    public ImmutableArray<BrandRules> Rules { get; }

    /// <summary>The distinct patterns.</summary>
    public BrandPattern[] Patterns { get; }

    /// <summary>For each pattern, the brands that it means.</summary>
    public BrandUse[][] Uses { get; }

    /// <summary>For each pattern, whether a brand is not meant within it.</summary>
    public bool[] Excludes { get; }

    /// <summary>The words of all patterns.</summary>
    public WordIndex Words { get; }

    /// <summary>Finds the patterns.</summary>
    public PhraseAutomaton Phrases { get; }

    /// <summary>The brands of a file, which has been found right. A file that has not changed is read once for all instances.</summary>
    /// <exception cref="GraphException">It is wrong after all.</exception>
    public static BrandSet Load(string path) => _files.Get(path);

    private static BrandSet Read(string path)
    {
        var problems = new List<GraphProblem>();
        var brands = BrandsFile.Read(path, problems);
        return problems.Count == 0 ? new BrandSet(brands) : throw new GraphException(problems);
    }

    private BrandRules Lay(Brand brand, int index)
    {
        foreach (var pattern in brand.Certain)
        {
            _uses[Number(pattern)].Add(new BrandUse(index, false));
        }

        foreach (var pattern in brand.Ambiguous)
        {
            _uses[Number(pattern)].Add(new BrandUse(index, true));
        }

        return new BrandRules(
            [.. brand.Context.Select(Number).Distinct()],
            [.. brand.Exclude.Select(Number).Distinct()],
            [.. brand.NeverWith.Select(Number).Distinct()]);
    }

    private int Number(BrandPattern pattern)
    {
        if (!_numbers.TryGetValue(pattern.Key, out var number))
        {
            number = _numbers[pattern.Key] = _patterns.Count;
            _patterns.Add(pattern);
            _uses.Add([]);
        }

        return number;
    }
}

/// <summary>A brand that a pattern means, and whether only in a post with the brand's context.</summary>
internal readonly record struct BrandUse(int Brand, bool NeedsContext);

/// <summary>The numbers of the patterns that decide whether an occurrence means a brand.</summary>
internal sealed record BrandRules(int[] Context, int[] Exclude, int[] NeverWith);
