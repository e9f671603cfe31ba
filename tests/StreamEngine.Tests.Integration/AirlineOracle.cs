using System.Text;
using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>
/// Counts mentions of airlines by a plain loop over the posts, with regular expressions written by hand after
/// deploy/brands/airlines.yaml. Shares no code with the engine.
/// </summary>
internal static class AirlineOracle
{
    private static readonly (string Brand, Regex Names)[] _airlines =
    [
        ("American", Names("@americanair", "#americanairlines", "american airlines", "american air")),
        ("Delta", Names("@delta", "@deltaassist", "#deltaairlines", "delta airlines", "delta air lines")),
        ("JetBlue", Names("@jetblue", "jetblue")),
        ("Southwest", Names("@southwestair", "#southwestairlines", "southwest airlines", "southwest air")),
        ("United", Names("@united", "#unitedairlines", "united airlines")),
        ("US Airways", Names("@usairways", "usairways", "us airways")),
        ("Virgin America", Names("@virginamerica", "virginamerica", "virgin america")),
    ];

    private static readonly Regex _deltaContext = Names("flight", "flights", "airport", "gate", "plane", "airline", "boarding", "luggage");

    /// <summary>The brands that a post mentions.</summary>
    public static IEnumerable<string> BrandsIn(string text)
    {
        var plain = Plain(text);
        foreach (var (brand, names) in _airlines)
        {
            if (names.IsMatch(plain) || (brand == "Delta" && Word("delta").IsMatch(plain) && _deltaContext.IsMatch(plain)))
            {
                yield return brand;
            }
        }
    }

    /// <summary>Lower case, without diacritics, entities decoded.</summary>
    private static string Plain(string text)
    {
        var decoded = System.Net.WebUtility.HtmlDecode(text).Normalize(NormalizationForm.FormD);
        return new string([.. decoded.Where(c => System.Globalization.CharUnicodeInfo.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark)]).ToLowerInvariant();
    }

    private static Regex Names(params string[] names) => new(string.Join('|', names.Select(n => $"(?:{Pattern(n)})")), RegexOptions.CultureInvariant);

    private static Regex Word(string word) => new(Pattern(word), RegexOptions.CultureInvariant);

    /// <summary>A sign belongs to the name only where the name has it: a plain word may stand behind '#', never behind '@'.</summary>
    private static string Pattern(string name)
    {
        var words = string.Join(@"[\s\-]+", name.TrimStart('@', '#').Split(' ').Select(Regex.Escape));
        return name[0] switch
        {
            '@' => $@"(?<![\w])@{words}(?!\w)",
            '#' => $@"(?<![\w])#{words}(?!\w)",
            _ => $@"(?<![\w@]){words}(?!\w)",
        };
    }
}
