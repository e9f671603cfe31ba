using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace StreamEngine.Operators;

/// <summary>A post of a drill.</summary>
/// <param name="Time">When it was written, ms since 1970.</param>
/// <param name="Id">Its id.</param>
/// <param name="Json">All of it.</param>
/// <param name="Line">The same as the source gives it.</param>
internal sealed record DrillPost(long Time, string Id, JsonObject Json, ReadOnlyMemory<byte> Line)
{
    /// <summary>Reads a post with <c>id</c> and <c>time</c>.</summary>
    /// <exception cref="InvalidDataException">It has none.</exception>
    public static DrillPost Read(ReadOnlyMemory<byte> line)
    {
        var post = JsonNode.Parse(line.Span) as JsonObject ?? throw new InvalidDataException("drills need posts that are JSON objects");
        var id = post["id"]?.ToString() ?? throw new InvalidDataException("drills need posts with an \"id\"");
        return DateTimeOffset.TryParse(post["time"]?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new DrillPost(time.ToUnixTimeMilliseconds(), id, post, line)
            : throw new InvalidDataException($"drills need posts with a \"time\" such as 2026-03-01T12:00:00Z; post {id} has none");
    }

    /// <summary>The same text at another time, by another author.</summary>
    public DrillPost At(long time, string id)
    {
        var copy = Json.DeepClone().AsObject();
        copy["id"] = id;
        copy["author"] = "author of " + id;
        copy["time"] = DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return new DrillPost(time, id, copy, Encoding.UTF8.GetBytes(copy.ToJsonString()));
    }
}
