using System.Collections.Immutable;
using System.Text.Json.Nodes;
using StreamEngine.Core.Operators;

namespace StreamEngine.Core.Graph;

/// <summary>The JSON Schema of graphs (draft 2020-12), from the declarations that they are checked against: for editors that complete and check YAML.</summary>
public static class GraphSchema
{
    /// <summary>The schema of graphs that use what a catalog has.</summary>
    public static JsonObject Of(Catalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var id = Text("the name that state is carried over by, and that 'from' uses; the operator's or sink's name where it is not given");
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "StreamEngine graph",
            ["type"] = "object",
            ["required"] = new JsonArray("name", "source", "operators"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["name"] = Text("prefix of the graph's topics and consumer groups: letters, digits, '-', '_' and '.'"),
                ["source"] = One("where posts come from", catalog.Sources.Values.Select(s => (s.Name, s.Summary, s.Options))),
                ["operators"] = Entries("each follows the one before it, or the one that 'from' names", catalog.Operators.Values.Select(o => (o.Name, o.Summary, o.Options)), id, Text("id of the operator that it follows")),
                ["sinks"] = Entries("where results go", catalog.Sinks.Values.Select(s => (s.Name, s.Summary, s.Options)), id, OneOrMore("ids of the operators whose output it takes, dead-letters, late")),
                ["runtime"] = Section("how the graph is run", RuntimeSettings.Options),
            },
        };
    }

    private static JsonObject Entries(string description, IEnumerable<(string, string, ImmutableArray<Option>)> definitions, JsonObject id, JsonObject from)
    {
        var entry = One("", definitions);
        entry.Remove("maxProperties");
        entry.Remove("description");
        entry["properties"]!["id"] = id.DeepClone();
        entry["properties"]!["from"] = from;
        return new JsonObject { ["description"] = description, ["type"] = "array", ["items"] = entry };
    }

    /// <summary>A map with one of some names, whose value are its options.</summary>
    private static JsonObject One(string description, IEnumerable<(string Name, string Summary, ImmutableArray<Option> Options)> definitions) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["minProperties"] = 1,
        ["maxProperties"] = 1,
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(definitions.Select(d => KeyValuePair.Create<string, JsonNode?>(d.Name, Section(d.Summary, d.Options)))),
    };

    private static JsonObject Section(string description, ImmutableArray<Option> options)
    {
        var section = new JsonObject
        {
            ["description"] = description,
            ["type"] = options.Any(option => option.Required) ? "object" : new JsonArray("object", "null"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(options.Select(option => KeyValuePair.Create<string, JsonNode?>(option.Name, Value(option)))),
        };
        if (options.Any(option => option.Required))
        {
            section["required"] = new JsonArray([.. options.Where(option => option.Required).Select(option => (JsonNode)option.Name)]);
        }

        return section;
    }

    private static JsonObject Value(Option option)
    {
        var description = option.Description + (option.Required ? "" : option.DefaultText is { } text ? $"; default {text}" : "; optional");
        return option.TypeName switch
        {
            "list of text" => OneOrMore(description),
            "map of text" => new JsonObject { ["description"] = description, ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = Scalar() } },
            "integer" => OrVariable(description, new JsonObject { ["type"] = "integer" }),
            "number" => OrVariable(description, new JsonObject { ["type"] = "number" }),
            "true|false" => OrVariable(description, new JsonObject { ["type"] = "boolean" }),
            "duration" => OrVariable(description, new JsonObject { ["type"] = "string", ["pattern"] = "^([0-9.]+(ms|s|m|h|d))+$" }, new JsonObject { ["const"] = 0 }),
            "choice" => OrVariable(description, new JsonObject { ["enum"] = new JsonArray([.. option.Choices.Select(choice => (JsonNode)choice)]) }),
            _ => Text(description),
        };
    }

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = Scalar() };

    private static JsonObject OneOrMore(string description) => new()
    {
        ["description"] = description,
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = Scalar() }, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = Scalar() } }),
    };

    /// <summary>A value of some form, or one out of the environment.</summary>
    private static JsonObject OrVariable(string description, params ReadOnlySpan<JsonObject> forms) => new()
    {
        ["description"] = description,
        ["anyOf"] = new JsonArray([.. forms, new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{" }]),
    };

    /// <summary>What YAML may make of a text that is not quoted.</summary>
    private static JsonArray Scalar() => ["string", "number", "boolean"];
}
