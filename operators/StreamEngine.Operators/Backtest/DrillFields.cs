using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>Where a graph's <c>decode</c> finds what drills change in a post: its id, time and author.</summary>
internal sealed class DrillFields
{
    private static readonly JsonDocumentOptions _oneOfEachName = new() { AllowDuplicateProperties = false };

    private readonly string _id;
    private readonly string _time;
    private readonly string _author;
    private readonly PostTimeFormat _format;

    private DrillFields(string id, string time, string author, PostTimeFormat format) => (_id, _time, _author, _format) = (id, time, author, format);

    /// <summary>Those of a graph.</summary>
    /// <exception cref="GraphException">It has no <c>decode</c>.</exception>
    public static DrillFields Of(LogicalGraph graph)
    {
        var options = graph.Operators.FirstOrDefault(o => o.Definition is DecodeDefinition)?.Options
            ?? throw new GraphException(graph.Source.Position, "drills need a graph with an operator 'decode'");
        return new DrillFields(
            options.Get(DecodeDefinition.Id), options.Get(DecodeDefinition.Time), options.Get(DecodeDefinition.Author), PostTime.Format(options.Get(DecodeDefinition.TimeFormat)));
    }

    /// <summary>Reads a post; <see langword="null"/> where it is no JSON object, or has two properties of one name.</summary>
    /// <param name="line">The post.</param>
    /// <param name="number">Which it is, from 1.</param>
    /// <exception cref="InvalidDataException">It has no id or no time.</exception>
    public DrillPost? Read(ReadOnlyMemory<byte> line, int number)
    {
        if (Parse(line) is not { } post)
        {
            return null;
        }

        var id = Find(post, _id)?.ToString() ?? throw new InvalidDataException($"drills need posts with an id in '{_id}'; post {number} has none");
        return Find(post, _time)?.ToString() is { } written && PostTime.TryParse(Encoding.UTF8.GetBytes(written), _format, out var time)
            ? new DrillPost(time, id, post, line)
            : throw new InvalidDataException($"drills need posts with a time in '{_time}'; post {number} ({id}) has none that can be read");
    }

    /// <summary>The same text at another time, by another author.</summary>
    public DrillPost Copy(DrillPost post, long time, string id)
    {
        var copy = post.Json.DeepClone().AsObject();
        Put(copy, _id, id);
        Put(copy, _author, "author of " + id);
        Put(copy, _time, _format switch
        {
            PostTimeFormat.EpochSeconds => time / 1000,
            PostTimeFormat.EpochMilliseconds => time,
            PostTimeFormat.EpochMicroseconds => time * 1000,
            _ => DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        });
        return new DrillPost(time, id, copy, Encoding.UTF8.GetBytes(copy.ToJsonString()));
    }

    private static JsonObject? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonNode.Parse(JsonText.Mend(Encoding.UTF8.GetString(line.Span)), documentOptions: _oneOfEachName) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Find(JsonObject post, string path)
    {
        JsonNode? node = post;
        foreach (var name in path.Split('.'))
        {
            node = node switch
            {
                JsonObject part => part[name],
                JsonArray list => int.TryParse(name, CultureInfo.InvariantCulture, out var at) && at >= 0 && at < list.Count ? list[at] : null,
                _ => null,
            };
        }

        return node;
    }

    private static void Put(JsonObject post, string path, JsonNode value)
    {
        var last = path.LastIndexOf('.');
        var name = path[(last + 1)..];
        switch (last < 0 ? post : Find(post, path[..last]))
        {
            case JsonObject part:
                part[name] = value;
                break;
            case JsonArray list when int.TryParse(name, CultureInfo.InvariantCulture, out var at) && at >= 0 && at < list.Count:
                list[at] = value;
                break;
            case null when last >= 0:
                Put(post, path[..last], new JsonObject { [name] = value });
                break;
        }
    }
}
