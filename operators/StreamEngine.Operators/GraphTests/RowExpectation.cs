using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>
/// What a row must hold: those of its properties that are named. A property's value is
/// <list type="bullet">
/// <item>a number, which the row's must be when rounded to as many decimals;</item>
/// <item>a comparison with a number, such as <c>"&gt;= 3"</c>;</item>
/// <item>a text, in which <c>*</c> stands for any text; a time is given as in ISO 8601, also where the row has ms since 1970;</item>
/// <item>nothing (<c>~</c>): the row must not have the property;</item>
/// <item>a map, for a value that is an object itself; a list, of which every item must be in the row's.</item>
/// </list>
/// </summary>
public sealed partial class RowExpectation
{
    private readonly ConfigMap _properties;

    /// <summary>Reads an expectation.</summary>
    /// <exception cref="GraphException">It is no map.</exception>
    public RowExpectation(ConfigNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _properties = node as ConfigMap ?? throw new GraphException(node.Position, "a row is a map of properties that it must hold, such as { brand: Acme, posts: 2 }");
    }

    /// <summary>Where it stands.</summary>
    public SourcePosition Position => _properties.Position;

    /// <summary>The properties in which a row differs, in words; none where it is as it must be.</summary>
    public ImmutableArray<string> Differences(JsonElement row)
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        Compare("", _properties, row, differences);
        return differences.ToImmutable();
    }

    /// <inheritdoc/>
    public override string ToString() => Text(_properties);

    private static void Compare(string path, ConfigMap expected, JsonElement actual, ImmutableArray<string>.Builder differences)
    {
        foreach (var (key, value) in expected.Entries)
        {
            var name = path + key.Text;
            var found = actual.ValueKind == JsonValueKind.Object && actual.TryGetProperty(key.Text ?? "", out var property) && property.ValueKind != JsonValueKind.Null
                ? property
                : (JsonElement?)null;
            if (value is ConfigMap map && found is { } inner)
            {
                Compare($"{name}.", map, inner, differences);
            }
            else if (!Matches(value, found))
            {
                differences.Add(found is null ? $"{name} is missing" : value is ConfigScalar { Text: null } ? $"{name} is there: {Text(found.Value)}" : $"{name} is {Text(found.Value)}");
            }
        }
    }

    private static bool Matches(ConfigNode expected, JsonElement? actual) => (expected, actual) switch
    {
        (ConfigScalar { Text: null }, _) => actual is null,
        (_, null) => false,
        (ConfigScalar scalar, { } value) => Matches(scalar.Text!, value),
        (ConfigList list, { ValueKind: JsonValueKind.Array } array) => list.Items.All(item => array.EnumerateArray().Any(element =>
            item is ConfigMap map ? new RowExpectation(map).Differences(element).IsEmpty : Matches(item, element))),
        _ => false,
    };

    private static bool Matches(string expected, JsonElement actual) => actual.ValueKind switch
    {
        JsonValueKind.Number => MatchesNumber(expected, actual.GetDouble()),
        JsonValueKind.String => MatchesText(expected, actual.GetString()!),
        JsonValueKind.True => expected == "true",
        JsonValueKind.False => expected == "false",
        _ => false,
    };

    private static bool MatchesNumber(string expected, double actual)
    {
        if (Comparison().Match(expected) is { Success: true } comparison && TryNumber(comparison.Groups[2].Value, out var limit))
        {
            return comparison.Groups[1].Value switch
            {
                ">=" => actual >= limit,
                "<=" => actual <= limit,
                ">" => actual > limit,
                "<" => actual < limit,
                _ => actual != limit,
            };
        }

        if (TryNumber(expected, out var number))
        {
            var decimals = expected.Contains('e', StringComparison.OrdinalIgnoreCase) ? 15 : expected.Length - 1 - (expected.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? point : expected.Length - 1);
            return Math.Round(actual, Math.Min(decimals, 15)) == number || actual == number;
        }

        return TryTime(expected, out var time) && time.ToUnixTimeMilliseconds() == actual;
    }

    private static bool MatchesText(string expected, string actual) =>
        Regex.IsMatch(actual, "^" + Regex.Escape(expected).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.Singleline | RegexOptions.CultureInvariant)
        || (TryTime(expected, out var time) && TryTime(actual, out var other) && time == other);

    private static bool TryNumber(string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) && IsoDate().IsMatch(text);

    private static string Text(ConfigNode node) => node switch
    {
        ConfigMap map => "{ " + string.Join(", ", map.Entries.Select(entry => $"{entry.Key.Text}: {Text(entry.Value)}")) + " }",
        ConfigList list => "[" + string.Join(", ", list.Items.Select(Text)) + "]",
        ConfigScalar scalar => scalar.Text ?? "~",
        _ => "",
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"^(>=|<=|!=|>|<)\s*(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex IsoDate();
}
