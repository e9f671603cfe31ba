using System.Text;

namespace StreamEngine.Bench.Alerts;

/// <summary>Records of a CSV file with a header; quotes are doubled within quoted fields.</summary>
internal static class CsvRecords
{
    public static IEnumerable<Dictionary<string, string>> Read(string file)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        var header = ReadFields(reader);
        while (header is not null && ReadFields(reader) is { } fields)
        {
            yield return header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }

    private static List<string>? ReadFields(StreamReader reader)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        while (true)
        {
            var c = reader.Read();
            if (c == '"' && quoted && reader.Peek() == '"')
            {
                field.Append((char)reader.Read());
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c < 0 || (!quoted && c is ',' or '\n'))
            {
                fields.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c != ',')
                {
                    return fields;
                }
            }
            else
            {
                field.Append((char)c);
            }
        }
    }
}
