using System.Runtime.InteropServices;

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
/// The tables of its file, behind the card: the number of bits that number rows; the scale; a bias per language; eight signed bytes per row.
/// </remarks>
public sealed class LanguageModel
{
    internal const int Languages = 8;

    private static readonly ModelFile _file = new("SELANG01", "language", "streamengine language train", 64 << 20);

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

    /// <summary>Loads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is no language model, or it is damaged; the message says which.</exception>
    public static LanguageModel Load(string path) => ModelFile.Load(path, Load);

    /// <summary>Loads a model from a stream, which is read to its end.</summary>
    /// <exception cref="InvalidDataException">The stream holds no language model, or it is damaged; the message says which.</exception>
    public static LanguageModel Load(Stream stream) => _file.Read(stream, static (ref ModelBytes reader, string hash) =>
    {
        var card = ModelFile.ReadCard<LanguageModelCard>(ref reader);
        var bits = reader.RowBits();
        var scale = reader.Array<float>(1)[0];
        var bias = reader.Array<float>(Languages);
        var rows = reader.Array<sbyte>((long)Languages << bits);
        return new LanguageModel(bits, scale, bias, rows, card, hash);
    });

    /// <summary>Loads the model that ships with the program: <c>models/language.bin</c> beside the assembly.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static LanguageModel LoadDefault() => Load(ShippedModels.Find("language.bin"));

    /// <summary>Writes the model as a file that <see cref="Load(Stream)"/> reads.</summary>
    public void Save(Stream stream) => _file.Write(stream, writer =>
    {
        ModelFile.WriteCard(writer, Card);
        writer.Write(Bits);
        writer.Write(Scale);
        writer.Write(MemoryMarshal.AsBytes<float>(Bias));
        writer.Write(MemoryMarshal.AsBytes<sbyte>(Rows));
    });
}
