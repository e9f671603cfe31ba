using System.Text.RegularExpressions;

namespace StreamEngine.Tests.Integration;

/// <summary>What a PromQL expression names. Not a parser: it knows the forms that the project's expressions have, and refuses words it does not know as metrics.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> _words = new(
        ["sum", "min", "max", "count", "rate", "increase", "changes", "max_over_time", "vector", "by", "on", "and", "or", "unless", "bool"], StringComparer.Ordinal);

    /// <summary>The names of all metrics.</summary>
    public static IEnumerable<string> Metrics(string expression) =>
        Identifier().Matches(Range().Replace(Grouping().Replace(Braces().Replace(expression, ""), ""), "")).Select(match => match.Value).Where(word => !_words.Contains(word)).Distinct();

    /// <summary>The conditions on labels, each with its metric: name, label, operator, value.</summary>
    public static IEnumerable<(string Metric, string Label, string Operator, string Value)> Matchers(string expression) =>
        Selector().Matches(expression).SelectMany(selector => Matcher().Matches(selector.Groups[2].Value)
            .Select(matcher => (selector.Groups[1].Value, matcher.Groups[1].Value, matcher.Groups[2].Value, matcher.Groups[3].Value)));

    /// <summary>The labels that results are grouped or joined by.</summary>
    public static IEnumerable<string> Groupings(string expression) =>
        Grouping().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).Distinct();

    [GeneratedRegex(@"[a-zA-Z_:][\w:]*")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(?:by|on)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"(\w+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex("""(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"(?:,|$)""")]
    private static partial Regex Matcher();
}
