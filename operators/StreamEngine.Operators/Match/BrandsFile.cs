using System.Collections.Immutable;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>
/// Reads a file of brands. <see cref="Format"/> describes it; what is wrong is told with line and column.
/// </summary>
internal static class BrandsFile
{
    /// <summary>The format, for readers of the reference.</summary>
    public const string Format = """
        A brands file is YAML:

            brands:
              - name: ING                       # the value of the column 'brand'; unique in the file
                keywords: [ing bank, ingbank]   # words or phrases that always mean the brand
                phrases: [mijn ing]             # the same as keywords, for those who like to keep them apart
                hashtags: [ing]                 # found as '#ing' only; '#' may be written or not
                handles: [ingnl]                # found as '@ingnl' only; '@' may be written or not
                ambiguous: [ing]                # mean the brand only in a post that also has one of 'context'
                context: [bank, app, rekening, '@ingnl']
                exclude: [trading ing]          # what lies within these does not mean the brand
                never_with: [ing-wen]           # a post with one of these is not about the brand
                case_sensitive: true            # keywords, phrases and ambiguous must be written as here; default false

        Each list may be a single text. A brand needs a name and at least one of keywords, phrases, hashtags, handles and ambiguous.
        """;

    private static readonly ImmutableArray<string> _lists =
        ["keywords", "phrases", "hashtags", "handles", "ambiguous", "context", "exclude", "never_with"];

    private static readonly ImmutableArray<string> _keys = ["name", .. _lists, "case_sensitive"];

    /// <summary>Reads a file; what is wrong is added to <paramref name="problems"/>.</summary>
    public static ImmutableArray<Brand> Read(string path, ICollection<GraphProblem> problems)
    {
        try
        {
            return Read(YamlText.ReadFile(path), problems);
        }
        catch (GraphException error)
        {
            foreach (var problem in error.Problems)
            {
                problems.Add(problem);
            }

            return [];
        }
    }

    /// <inheritdoc cref="Read(string, ICollection{GraphProblem})"/>
    public static ImmutableArray<Brand> Read(ConfigNode file, ICollection<GraphProblem> problems)
    {
        if (file is not ConfigMap root || root["brands"] is not ConfigList { Items.Length: > 0 } list)
        {
            problems.Add(new GraphProblem((file as ConfigMap)?["brands"]?.Position ?? file.Position, "a brands file must hold 'brands:' with a list of at least one brand, each '- name: …'"));
            return [];
        }

        foreach (var entry in root.Entries.Where(entry => entry.Key.Text != "brands"))
        {
            problems.Add(new GraphProblem(entry.Key.Position, $"a brands file has no '{entry.Key.Text}'{NearestWord.Hint(entry.Key.Text ?? "", ["brands"])}; it has: brands"));
        }

        var names = new HashSet<string>();
        var brands = ImmutableArray.CreateBuilder<Brand>();
        foreach (var item in list.Items)
        {
            if (ReadBrand(item, problems) is { } brand)
            {
                brands.Add(brand);
                if (!names.Add(brand.Name))
                {
                    problems.Add(new GraphProblem(item.Position, $"the brand '{brand.Name}' stands in the file twice; give it one entry with all its keywords"));
                }
            }
        }

        return brands.ToImmutable();
    }

    private static Brand? ReadBrand(ConfigNode node, ICollection<GraphProblem> problems)
    {
        if (node is not ConfigMap map)
        {
            problems.Add(new GraphProblem(node.Position, "a brand must be a map: '- name: Acme' with 'keywords: [acme]' and the like below it"));
            return null;
        }

        foreach (var entry in map.Entries.Where(entry => !_keys.Contains(entry.Key.Text ?? "")))
        {
            var key = entry.Key.Text ?? "";
            problems.Add(new GraphProblem(entry.Key.Position, $"a brand has no '{key}'{NearestWord.Hint(key, _keys)}; it has: {string.Join(", ", _keys)}"));
        }

        if (map["name"] is not ConfigScalar { Text: { Length: > 0 } name })
        {
            problems.Add(new GraphProblem(map["name"]?.Position ?? map.Position, "a brand needs 'name', a text"));
            return null;
        }

        var caseSensitive = IsCaseSensitive(map, problems);
        var patterns = _lists.ToDictionary(key => key, key => ReadPatterns(map, key, caseSensitive && key is "keywords" or "phrases" or "ambiguous", problems));
        var brand = new Brand(name)
        {
            Certain = [.. patterns["keywords"], .. patterns["phrases"], .. patterns["hashtags"], .. patterns["handles"]],
            Ambiguous = patterns["ambiguous"],
            Context = patterns["context"],
            Exclude = patterns["exclude"],
            NeverWith = patterns["never_with"],
        };
        Check(brand, map, problems);
        return brand;
    }

    private static void Check(Brand brand, ConfigMap map, ICollection<GraphProblem> problems)
    {
        if (_lists.Take(5).All(key => map[key] is null))
        {
            problems.Add(new GraphProblem(map.Position, $"nothing says how posts name '{brand.Name}'; give it keywords, phrases, hashtags, handles or ambiguous"));
        }

        if (map["ambiguous"] is { } ambiguous && map["context"] is null)
        {
            problems.Add(new GraphProblem(ambiguous.Position, $"'ambiguous' of '{brand.Name}' needs 'context': words that show that the brand is meant"));
        }

        if (map["context"] is { } context && map["ambiguous"] is null)
        {
            problems.Add(new GraphProblem(context.Position, $"'context' of '{brand.Name}' has no effect without 'ambiguous'; move there the keywords that need it"));
        }
    }

    private static bool IsCaseSensitive(ConfigMap map, ICollection<GraphProblem> problems)
    {
        if (map["case_sensitive"] is not { } node)
        {
            return false;
        }

        if (node is ConfigScalar { Text: { } text } && bool.TryParse(text, out var value))
        {
            return value;
        }

        problems.Add(new GraphProblem(node.Position, "'case_sensitive' must be true or false"));
        return false;
    }

    private static ImmutableArray<BrandPattern> ReadPatterns(ConfigMap map, string key, bool caseSensitive, ICollection<GraphProblem> problems)
    {
        var items = map[key] switch
        {
            null => [],
            ConfigList list => list.Items,
            var single => [single],
        };
        var patterns = ImmutableArray.CreateBuilder<BrandPattern>(items.Length);
        foreach (var item in items)
        {
            if (item is not ConfigScalar { Text: { } text })
            {
                problems.Add(new GraphProblem(item.Position, $"'{key}' must be a list of texts"));
            }
            else if (!BrandPattern.TryParse(Signed(key, text), caseSensitive, out var pattern, out var error))
            {
                problems.Add(new GraphProblem(item.Position, $"'{key}': {error}, so nothing could be found by it"));
            }
            else
            {
                patterns.Add(pattern);
            }
        }

        return patterns.ToImmutable();
    }

    private static string Signed(string key, string text) => key switch
    {
        "hashtags" => "#" + text.TrimStart('#', ' '),
        "handles" => "@" + text.TrimStart('@', ' '),
        _ => text,
    };
}
