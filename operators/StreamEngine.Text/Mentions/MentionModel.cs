using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace StreamEngine.Text.Mentions;

/// <summary>
/// What was learned about mentions beyond the sentiment of words: which words near, before or behind a mention speak
/// of it, and when it is only named. Immutable; shared by any number of <see cref="MentionScorer"/>s.
/// </summary>
/// <remarks>
/// The file, little-endian: the magic "SEMENT01"; the number of bits that number rows; the scale; the dense weights
/// (<see cref="DenseInputs"/> rows of three); three signed bytes per row; the SHA-256 of all that came before.
/// </remarks>
public sealed class MentionModel
{
    internal const int Classes = 3;

    /// <summary>Inputs besides hashed features: the logarithms of the probabilities by the words around the mention and by the whole post, and a one.</summary>
    internal const int DenseInputs = 7;

    private const int MaxBytes = 16 << 20, HashBytes = SHA256.HashSizeInBytes;

    internal MentionModel(int bits, float scale, float[] dense, sbyte[] rows, string hash)
    {
        Bits = bits;
        Scale = scale;
        Dense = dense;
        Rows = rows;
        Hash = hash;
    }

    /// <summary>SHA-256 of the model file, in hexadecimal.</summary>
    public string Hash { get; }

    internal int Bits { get; }

    internal float Scale { get; }

    internal float[] Dense { get; }

    internal sbyte[] Rows { get; }

    private static ReadOnlySpan<byte> Magic => "SEMENT01"u8;

    /// <summary>Loads a model from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no mention model, or it is damaged; the message says which.</exception>
    public static MentionModel Load(Stream stream)
    {
        var bytes = ModelBytes.ReadAll(stream, MaxBytes);
        if (bytes.Length < Magic.Length + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new InvalidDataException("This is no mention model of StreamEngine: it does not start with SEMENT01.");
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException($"The mention model is damaged: the checksum at its end does not fit its {content.Length} bytes. Fetch it again.");
        var reader = new ModelBytes(content[Magic.Length..]);
        var bits = reader.Count(22);
        var scale = reader.Array<float>(1)[0];
        var dense = reader.Array<float>(DenseInputs * Classes);
        var rows = reader.Array<sbyte>((long)Classes << bits);
        if (!reader.AtEnd || bits < 1)
            throw new InvalidDataException("The mention model is damaged: its tables do not fill the file.");
        return new MentionModel(bits, scale, dense, rows, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Loads the model that ships with the program: <c>models/mention.bin</c> beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static MentionModel LoadDefault()
    {
        using var stream = File.OpenRead(ShippedModels.Find("mention.bin"));
        return Load(stream);
    }

    /// <summary>Writes the model as a file that <see cref="Load"/> reads.</summary>
    public void Save(Stream stream)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Bits);
            writer.Write(Scale);
            writer.Write(MemoryMarshal.AsBytes<float>(Dense));
            writer.Write(MemoryMarshal.AsBytes<sbyte>(Rows));
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }
}
