using System.Text.Json;
using System.Text.RegularExpressions;

namespace StreamEngine.Testing;

/// <summary>
/// Checks JSON against a JSON Schema, for the keywords that the project's schemas use; another keyword is an error, so that nothing is
/// passed over in silence.
/// </summary>
public sealed class JsonSchemaCheck
{
    private readonly JsonElement _root;

    /// <summary>Reads a schema.</summary>
    public JsonSchemaCheck(string schema) => _root = JsonDocument.Parse(schema).RootElement;

    /// <summary>What is wrong with a document; empty where it conforms.</summary>
    public IReadOnlyList<string> Check(ReadOnlyMemory<byte> document)
    {
        var problems = new List<string>();
        using var parsed = JsonDocument.Parse(document);
        Check(_root, parsed.RootElement, "$", problems);
        return problems;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var rule = keyword.Value;
            var ok = keyword.Name switch
            {
                "$schema" or "$id" or "$defs" or "title" or "description" or "default" => true,
                "$ref" => Refer(rule.GetString()!, value, path, problems),
                "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(type => IsType(type.GetString()!, value)) : IsType(rule.GetString()!, value),
                "anyOf" => rule.EnumerateArray().Any(form => Conforms(form, value, path)),
                "const" => JsonElement.DeepEquals(rule, value),
                "enum" => rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!),
                "minProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() >= rule.GetInt32(),
                "maxProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() <= rule.GetInt32(),
                "minLength" => value.GetString()!.Length >= rule.GetInt32(),
                "minimum" => value.GetDouble() >= rule.GetDouble(),
                "maximum" => value.GetDouble() <= rule.GetDouble(),
                "maxItems" => value.GetArrayLength() <= rule.GetInt32(),
                "required" or "additionalProperties" or "properties" when value.ValueKind != JsonValueKind.Object => true,
                "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "additionalProperties" => CheckOthers(schema, rule, value, path, problems),
                "properties" => CheckProperties(rule, value, path, problems),
                "items" when value.ValueKind != JsonValueKind.Array => true,
                "items" => CheckItems(rule, value, path, problems),
                _ => throw new NotSupportedException($"the schema uses '{keyword.Name}', which this check does not know"),
            };
            if (!ok)
            {
                problems.Add($"{path}: {value} breaks {keyword.Name} {rule}");
            }
        }
    }

    /// <summary>Properties that the schema does not name: forbidden by <c>false</c>, else of the schema given for them.</summary>
    private bool CheckOthers(JsonElement schema, JsonElement rule, JsonElement value, string path, List<string> problems)
    {
        var others = value.EnumerateObject().Where(p => !schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(p.Name, out _)).ToList();
        if (rule.ValueKind == JsonValueKind.False)
        {
            return others.Count == 0;
        }

        others.ForEach(other => Check(rule, other.Value, $"{path}.{other.Name}", problems));
        return true;
    }

    private bool Refer(string reference, JsonElement value, string path, List<string> problems)
    {
        var target = reference.TrimStart('#', '/').Split('/').Aggregate(_root, (at, name) => at.GetProperty(name));
        Check(target, value, path, problems);
        return true;
    }

    private bool CheckProperties(JsonElement rules, JsonElement value, string path, List<string> problems)
    {
        foreach (var rule in rules.EnumerateObject())
        {
            if (value.TryGetProperty(rule.Name, out var property))
            {
                Check(rule.Value, property, $"{path}.{rule.Name}", problems);
            }
        }

        return true;
    }

    private bool CheckItems(JsonElement rule, JsonElement value, string path, List<string> problems)
    {
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Check(rule, item, $"{path}[{index++}]", problems);
        }

        return true;
    }

    private bool Conforms(JsonElement schema, JsonElement value, string path)
    {
        var problems = new List<string>();
        Check(schema, value, path, problems);
        return problems.Count == 0;
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"the schema uses the type '{type}'"),
    };
}
