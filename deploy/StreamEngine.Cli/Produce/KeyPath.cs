using System.Text.Json;

namespace StreamEngine.Cli.Produce;

/// <summary>Takes a property's value out of a JSON object, named by the way to it: <c>author.id</c>.</summary>
internal sealed class KeyPath(string path)
{
    private readonly string[] _names = path.Split('.');

    /// <summary>The value's text (a string's content, a number's digits); null where the line is no JSON object or lacks it.</summary>
    public byte[]? Find(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            return reader.Read() ? Find(ref reader, 0) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private byte[]? Find(ref Utf8JsonReader reader, int depth)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(_names[depth]);
            reader.Read();
            if (!found)
            {
                reader.Skip();
                continue;
            }

            return depth + 1 < _names.Length ? Find(ref reader, depth + 1) : Text(ref reader);
        }

        return null;
    }

    private static byte[]? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var text = new byte[reader.ValueSpan.Length];
                return text[..reader.CopyString(text)];
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return reader.ValueSpan.ToArray();
            default:
                return null;
        }
    }
}
