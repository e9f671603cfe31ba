using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamEngine.Chaos.Posts;

/// <summary>Writes posts as records, with whatever is wrong with them. The same post always gives the same bytes.</summary>
internal sealed class PostRecord : IDisposable
{
    private static readonly DateTimeOffset _farFuture = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly Utf8JsonWriter _json;

    public PostRecord() => _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The record's value.</summary>
    public byte[] Write(in ScriptedPost post)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartObject();
        _json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"p{post.Number}"));
        WriteTime(post);
        if (post.Author >= 0)
        {
            _json.WriteString("author", string.Create(CultureInfo.InvariantCulture, $"author {post.Author}"));
        }

        WriteUnlessEmpty("channel", post.Channel);
        WriteUnlessEmpty("language", post.Language);
        if (post.Fault != PostFault.NoText)
        {
            _json.WriteString("text", post.Text);
        }

        if (post.Fault == PostFault.WrongReach)
        {
            _json.WriteString("reach", "many");
        }
        else if (post.Reach >= 0)
        {
            _json.WriteNumber("reach", post.Reach);
        }

        _json.WriteEndObject();
        _json.Flush();
        return Damage(_bytes.WrittenSpan.ToArray(), post.Fault);
    }

    public void Dispose() => _json.Dispose();

    private void WriteTime(in ScriptedPost post)
    {
        var time = post.Fault == PostFault.FarFuture ? _farFuture : DateTimeOffset.FromUnixTimeMilliseconds(post.Time);
        if (post.Fault == PostFault.NoTime)
        {
            return;
        }

        if (post.Number % 3 == 0)
        {
            _json.WriteNumber("time", time.ToUnixTimeMilliseconds());
        }
        else
        {
            _json.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        }
    }

    private void WriteUnlessEmpty(string name, string value)
    {
        if (value.Length > 0)
        {
            _json.WriteString(name, value);
        }
    }

    private static byte[] Damage(byte[] record, PostFault fault)
    {
        switch (fault)
        {
            case PostFault.Truncated:
                return record[..(record.Length / 2)];
            case PostFault.NotUtf8:
                record[record.AsSpan().IndexOf("\"text\":\""u8) + 8] = 0xFF;
                return record;
            default:
                return record;
        }
    }
}
