using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace StreamEngine.Text.Languages;

/// <summary>How a language model came to be; kept inside its file.</summary>
public sealed record LanguageModelCard
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The day it was trained, ISO 8601.</summary>
    public required string Trained { get; init; }

    /// <summary>The seed of training.</summary>
    public required int Seed { get; init; }

    /// <summary>The data sets it was trained on, with the number of texts of each.</summary>
    public required IReadOnlyDictionary<string, int> Sets { get; init; }
}

/// <summary>A trained language model, immutable and shared by any number of <see cref="LanguageIdentifier"/>s.</summary>
/// <remarks>
/// The file, little-endian: the magic "SELANG01"; the length of the card and the card as JSON; the number of bits that
/// number rows; the scale; a bias per language; eight signed bytes per row; the SHA-256 of all that came before.
/// </remarks>
public sealed class LanguageModel
{
    internal const int Languages = 8;

    private const int MaxBytes = 64 << 20, MaxCardBytes = 1 << 20, HashBytes = SHA256.HashSizeInBytes;

    internal LanguageModel(int bits, float scale, float[] bias, sbyte[] rows, LanguageModelCard card, string hash)
    {
        Bits = bits;
        Scale = scale;
        Bias = bias;
        Rows = rows;
        Card = card;
        Hash = hash;
    }

    /// <summary>The model's name.</summary>
    public string Name => Card.Name;

    /// <summary>SHA-256 of the model file, in hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>How the model came to be.</summary>
    public LanguageModelCard Card { get; }

    internal int Bits { get; }

    internal float Scale { get; }

    internal float[] Bias { get; }

    internal sbyte[] Rows { get; }

    private static ReadOnlySpan<byte> Magic => "SELANG01"u8;

    /// <summary>Loads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is no language model, or it is damaged; the message says which.</exception>
    public static LanguageModel Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Load(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Loads a model from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no language model, or it is damaged; the message says which.</exception>
    public static LanguageModel Load(Stream stream)
    {
        var bytes = ModelBytes.ReadAll(stream, MaxBytes);
        if (bytes.Length < Magic.Length + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new InvalidDataException("This is no language model of StreamEngine: it does not start with SELANG01.");
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException($"The language model is damaged: the checksum at its end does not fit its {content.Length} bytes. Fetch or train it again.");
        var reader = new ModelBytes(content[Magic.Length..]);
        var card = JsonSerializer.Deserialize<LanguageModelCard>(reader.Bytes(reader.Count(MaxCardBytes)), ModelJson.Options)
            ?? throw new InvalidDataException("The language model holds no card.");
        var bits = reader.Count(22);
        var scale = reader.Array<float>(1)[0];
        var bias = reader.Array<float>(Languages);
        var rows = reader.Array<sbyte>((long)Languages << bits);
        if (!reader.AtEnd || bits < 1)
            throw new InvalidDataException("The language model is damaged: its tables do not fill the file.");
        return new LanguageModel(bits, scale, bias, rows, card, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Loads the model that ships with the program: <c>models/language.bin</c> beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static LanguageModel LoadDefault() => Load(ShippedModels.Find("language.bin"));

    /// <summary>Writes the model as a file that <see cref="Load(Stream)"/> reads.</summary>
    public void Save(Stream stream)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            var json = JsonSerializer.SerializeToUtf8Bytes(Card, ModelJson.Options);
            writer.Write(json.Length);
            writer.Write(json);
            writer.Write(Bits);
            writer.Write(Scale);
            writer.Write(MemoryMarshal.AsBytes<float>(Bias));
            writer.Write(MemoryMarshal.AsBytes<sbyte>(Rows));
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }
}
