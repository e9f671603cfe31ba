using System.Globalization;
using System.Text.Json.Nodes;
using StreamEngine.Core.Graph;

namespace StreamEngine.Testing;

/// <summary>YAML as JSON, with scalars typed as an editor types those that are not quoted.</summary>
public static class YamlJson
{
    /// <summary>Converts a node.</summary>
    public static JsonNode? From(ConfigNode node) => node switch
    {
        ConfigMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text ?? "", From(entry.Value)))),
        ConfigList list => new JsonArray([.. list.Items.Select(From)]),
        ConfigScalar { Text: null or "" or "~" or "null" } => null,
        ConfigScalar { Text: "true" or "false" } flag => JsonValue.Create(flag.Text == "true"),
        ConfigScalar scalar when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        ConfigScalar scalar when double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        ConfigScalar scalar => JsonValue.Create(scalar.Text),
        _ => throw new ArgumentException("an unknown kind of node", nameof(node)),
    };
}
