using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Decode;

public sealed class JsonReaderTests
{
    private static readonly string[] _names = ["a", "b", "text", "", "é", "user_name_of_some_length", "a\"b"];

    private static readonly string[] _paths = ["a", "b.a", "text", "b.text.b", "user_name_of_some_length", "b.1", "é"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_SystemTextJson_on_whole_and_on_damaged_documents(int seed)
    {
        var random = new Random(seed);
        var (valid, invalid) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var document = Encoding.UTF8.GetBytes(Value(random, 0));
            if (random.Next(3) > 0)
            {
                document = Damage(random, document);
            }

            if (Agree(document, $"seed {seed}, document {i}"))
            {
                valid++;
            }
            else
            {
                invalid++;
            }
        }

        Assert.InRange(valid, 5_000, 19_000);
        Assert.InRange(invalid, 1_000, 15_000);
    }

    private static unsafe bool Agree(byte[] document, string where)
    {
        var reader = new JsonReader(PathNode.Tree(_paths), _paths.Length);
        var padded = new byte[document.Length + JsonReader.Slack];
        Array.Fill(padded, (byte)'"');
        document.CopyTo(padded, 0);
        fixed (byte* text = padded)
        {
            var ours = Utf8.IsValid(document) && reader.Read(text, document.Length);
            if (!ours && Utf8.IsValid(document))
            {
                Assert.InRange(reader.ErrorPosition, 0, document.Length);
            }

            JsonDocument theirs;
            try
            {
                theirs = JsonDocument.Parse(document);
            }
            catch (JsonException)
            {
                Assert.False(ours, $"{where}: only we take {Encoding.UTF8.GetString(document)}");
                return false;
            }

            using (theirs)
            {
                Assert.True(ours == Utf8.IsValid(document), $"{where}: we refuse {Encoding.UTF8.GetString(document)}: {reader.Error} at {reader.ErrorPosition}");
                for (var field = 0; ours && field < _paths.Length; field++)
                {
                    Assert.Equal(Find(theirs.RootElement, _paths[field]), Content(document, reader.Captures[field]));
                }
            }

            return ours;
        }
    }

    private static string? Find(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index < element.GetArrayLength())
            {
                element = element[index];
            }
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: what becomes of it is ours to say.
            return "half a pair";
        }
    }

    private static string? Content(byte[] document, JsonCapture capture)
    {
        if (capture.Kind == JsonKind.Absent)
        {
            return null;
        }

        var raw = document.AsSpan(capture.Start, capture.Length);
        if (!capture.Escaped)
        {
            return Encoding.UTF8.GetString(raw);
        }

        var plain = new byte[raw.Length];
        var text = Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(raw, plain));
        return text.Contains('\uFFFD', StringComparison.Ordinal) ? "half a pair" : text;
    }

    private static string Value(Random random, int depth)
    {
        var space = random.Next(8) == 0 ? "\r\n\t " : "";
        var kind = depth == 0 ? 6 : random.Next(depth > 3 ? 6 : 8);
        return space + (kind switch
        {
            0 => "null",
            1 => random.Next(2) == 0 ? "true" : "false",
            2 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
            3 => $"{random.Next(100)}.{random.Next(100)}e{(random.Next(2) == 0 ? "+" : "-")}{random.Next(10)}",
            4 or 5 => Text(random),
            6 => "{" + string.Join(",", Enumerable.Range(0, random.Next(6)).Select(_ => $"{JsonSerializer.Serialize(_names[random.Next(_names.Length)])}{space}:{Value(random, depth + 1)}")) + "}",
            _ => "[" + string.Join(",", Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))) + "]",
        }) + space;
    }

    private static string Text(Random random)
    {
        string[] parts = ["plain words ", "é", "😀", "\\n", "\\\"", "\\\\", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\u00e9", "/", "żółw", "0123456789abcdef0123456789abcdef"];
        return '"' + string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => parts[random.Next(parts.Length)])) + '"';
    }

    private static byte[] Damage(Random random, byte[] document)
    {
        var at = random.Next(document.Length);
        ReadOnlySpan<byte> wrong = "\"\\{}[]:,0-.eu \n\0\u001f"u8;
        return random.Next(5) switch
        {
            0 => document[..at],
            1 => [.. document[..at], .. document[(at + 1)..]],
            2 => [.. document[..at], wrong[random.Next(wrong.Length)], .. document[at..]],
            3 => [.. document[..at], (byte)random.Next(256), .. document[(at + 1)..]],
            _ => [.. document, wrong[random.Next(wrong.Length)]],
        };
    }
}
