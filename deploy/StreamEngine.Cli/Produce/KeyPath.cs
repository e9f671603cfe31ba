using System.Text;
using System.Text.Json;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Produce;

/// <summary>Takes a property's value out of a JSON object, named by the way to it: <c>author.id</c>.</summary>
internal sealed class KeyPath(string path)
{
    private readonly byte[][] _names = [.. path.Split('.').Select(Encoding.UTF8.GetBytes)];

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
            var found = Content(ref reader).SequenceEqual(_names[depth]);
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

    private static byte[]? Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False ? Content(ref reader).ToArray() : null;

    private static ReadOnlySpan<byte> Content(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var plain = new byte[reader.ValueSpan.Length];
        return plain.AsSpan(0, JsonText.Unescape(reader.ValueSpan, plain));
    }
}
