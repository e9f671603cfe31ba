using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace StreamEngine.Text;

/// <summary>Reads a model from the numbers of its file.</summary>
/// <param name="bytes">What stands between the magic and the checksum.</param>
/// <param name="hash">SHA-256 of the whole file, in hexadecimal.</param>
internal delegate T ModelReader<out T>(ref ModelBytes bytes, string hash);

/// <summary>
/// What the files of all models share, little-endian: eight bytes that name the kind and version; the length of the card and the card as
/// JSON, where there is one; the model's tables; at last the SHA-256 of all that came before.
/// </summary>
/// <param name="magic">The first bytes.</param>
/// <param name="kind">What to call the model in errors.</param>
/// <param name="trainer">The command that writes such files.</param>
/// <param name="maxBytes">Larger files are refused.</param>
internal sealed class ModelFile(string magic, string kind, string trainer, int maxBytes)
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly byte[] _magic = Encoding.ASCII.GetBytes(magic);

    /// <summary>Loads a file, which errors name.</summary>
    public static T Load<T>(string path, Func<Stream, T> load)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return load(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes a card.</summary>
    public static void WriteCard<T>(BinaryWriter writer, T card)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(card, _json);
        writer.Write(json.Length);
        writer.Write(json);
    }

    /// <summary>Reads a card.</summary>
    public static T ReadCard<T>(ref ModelBytes bytes)
    {
        const int mostBytes = 1 << 20;
        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Bytes(bytes.Count(mostBytes)), _json) ?? throw new InvalidDataException("The model is damaged: it holds no card.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model is damaged: its card cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="write">Writes what stands between the magic and the checksum.</param>
    public void Write(Stream stream, Action<BinaryWriter> write)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(_magic);
            write(writer);
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }

    /// <summary>Reads a file from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no such model, or it is damaged; the message says which.</exception>
    public T Read<T>(Stream stream, ModelReader<T> read)
    {
        var bytes = ModelBytes.ReadAll(stream, maxBytes);
        if (bytes.Length < _magic.Length + HashBytes || !bytes.AsSpan().StartsWith(_magic))
            throw new InvalidDataException($"This is no {kind} model of StreamEngine: it does not start with {magic}. `{trainer}` writes one.");
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException($"The {kind} model is damaged: the checksum at its end does not fit its {content.Length} bytes. Fetch or train it again.");
        var tables = new ModelBytes(content[_magic.Length..]);
        var model = read(ref tables, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return tables.AtEnd ? model : throw new InvalidDataException($"The {kind} model is damaged: bytes follow its last table.");
    }
}
