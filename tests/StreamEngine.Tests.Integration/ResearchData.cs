using System.Globalization;
using System.Text;

namespace StreamEngine.Tests.Integration;

/// <summary>Data that is not part of the project: the folder in STREAMENGINE_DATA. Tests that need it are left out where it is not there.</summary>
internal static class ResearchData
{
    public static string? Airlines =>
        Environment.GetEnvironmentVariable("STREAMENGINE_DATA") is { Length: > 0 } folder
        && Path.Combine(folder, "stream-airline", "tweets_until_0221.csv") is var file && File.Exists(file) ? file : null;

    /// <summary>The records of a CSV file with a header, quotes doubled within quoted fields.</summary>
    public static IEnumerable<Dictionary<string, string>> ReadCsv(string file)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        var header = ReadFields(reader)!;
        while (ReadFields(reader) is { } fields)
        {
            yield return header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }

    /// <summary>An event time in ms since 1970.</summary>
    public static long Milliseconds(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    private static List<string>? ReadFields(StreamReader reader)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        while (true)
        {
            var c = reader.Read();
            if (quoted && c >= 0)
            {
                if (c == '"' && reader.Peek() == '"')
                {
                    field.Append((char)reader.Read());
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    field.Append((char)c);
                }
            }
            else if (c is ',' or '\n' or < 0)
            {
                fields.Add(field.ToString().TrimEnd('\r'));
                field.Clear();
                if (c != ',')
                {
                    return fields;
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else
            {
                field.Append((char)c);
            }
        }
    }
}

/// <summary>A test that needs the airline tweets; and, unless it says otherwise, a Kafka broker.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AirlineFactAttribute : FactAttribute
{
    public bool NeedsKafka { get; set; } = true;

    public override string? Skip
    {
        get => base.Skip
            ?? (ResearchData.Airlines is null ? "needs the airline tweets: STREAMENGINE_DATA names the folder with stream-airline" : null)
            ?? (NeedsKafka ? KafkaAtHand.ReasonToSkip(needsOwnBroker: false) : null);
        set => base.Skip = value;
    }
}
