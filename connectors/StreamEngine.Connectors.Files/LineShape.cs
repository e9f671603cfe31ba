using System.Text.Json;

namespace StreamEngine.Connectors.Files;

/// <summary>What some bytes are as a line that holds a JSON object.</summary>
internal enum LineShape
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>The beginning of an object.</summary>
    Beginning,

    /// <summary>An object.</summary>
    Whole,

    /// <summary>Neither.</summary>
    Other,
}

/// <summary>Tells a line's shape.</summary>
internal static class LineShapes
{
    public static LineShape Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return LineShape.Empty;
        }

        var json = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            while (json.Read())
            {
            }
        }
        catch (JsonException)
        {
            return LineShape.Other;
        }

        return bytes[0] != '{' ? LineShape.Other
            : json is { TokenType: JsonTokenType.EndObject, CurrentDepth: 0 } ? LineShape.Whole
            : LineShape.Beginning;
    }
}
