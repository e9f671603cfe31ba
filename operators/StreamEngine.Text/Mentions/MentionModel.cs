using System.Runtime.InteropServices;

namespace StreamEngine.Text.Mentions;

/// <summary>
/// What was learned about mentions beyond the sentiment of words: which words near, before or behind a mention speak
/// of it, and when it is only named. Immutable; shared by any number of <see cref="MentionScorer"/>s.
/// </summary>
/// <remarks>
/// The tables of its file, which has no card: the number of bits that number rows; the scale; the dense weights (<see cref="DenseInputs"/>
/// rows of three); three signed bytes per row.
/// </remarks>
public sealed class MentionModel
{
    internal const int Classes = 3;

    /// <summary>Inputs besides hashed features: the logarithms of the probabilities by the words around the mention and by the whole post, and a one.</summary>
    internal const int DenseInputs = 7;

    private static readonly ModelFile _file = new("SEMENT01", "mention", "streamengine sentiment mentions train", 16 << 20);

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

    /// <summary>Loads a model from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no mention model, or it is damaged; the message says which.</exception>
    public static MentionModel Load(Stream stream) => _file.Read(stream, static (ref ModelBytes reader, string hash) =>
    {
        var bits = reader.RowBits();
        var scale = reader.Array<float>(1)[0];
        var dense = reader.Array<float>(DenseInputs * Classes);
        var rows = reader.Array<sbyte>((long)Classes << bits);
        return new MentionModel(bits, scale, dense, rows, hash);
    });

    /// <summary>Loads the model that ships with the program: <c>models/mention.bin</c> beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static MentionModel LoadDefault() => ModelFile.Load(ShippedModels.Find("mention.bin"), Load);

    /// <summary>Writes the model as a file that <see cref="Load"/> reads.</summary>
    public void Save(Stream stream) => _file.Write(stream, writer =>
    {
        writer.Write(Bits);
        writer.Write(Scale);
        writer.Write(MemoryMarshal.AsBytes<float>(Dense));
        writer.Write(MemoryMarshal.AsBytes<sbyte>(Rows));
    });
}
