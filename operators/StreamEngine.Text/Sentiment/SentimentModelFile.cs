using System.Runtime.InteropServices;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// The tables of sentiment models' files (<see cref="ModelFile"/>), behind the card: hidden units, number of keys, number of clause keys;
/// the arrays of <see cref="SentimentWeights"/> in order.
/// </summary>
internal static class SentimentModelFile
{
    private const int MaxBytes = 64 << 20;

    private static readonly ModelFile _file = new("SESENT02", "sentiment", "streamengine sentiment train", MaxBytes);

    public static void Write(SentimentWeights weights, SentimentModelCard card, Stream stream) => _file.Write(stream, writer =>
    {
        ModelFile.WriteCard(writer, card);
        writer.Write(weights.Hidden);
        writer.Write(weights.Keys.Length);
        writer.Write(weights.ClauseKeys.Length);
        writer.Write(MemoryMarshal.AsBytes<uint>(weights.Keys));
        writer.Write(weights.Frequencies);
        writer.Write(MemoryMarshal.AsBytes<Half>(weights.Scales));
        writer.Write(MemoryMarshal.AsBytes<sbyte>(weights.Rows));
        writer.Write(MemoryMarshal.AsBytes<uint>(weights.ClauseKeys));
        writer.Write(weights.ClauseFrequencies);
        writer.Write(MemoryMarshal.AsBytes<sbyte>(weights.ClauseRows));
        writer.Write(weights.ClauseScale);
        writer.Write(weights.ClassStep);
        writer.Write(weights.HiddenStep);
        writer.Write(weights.Sharpness);
        writer.Write(MemoryMarshal.AsBytes<float>(weights.Bias));
        writer.Write(MemoryMarshal.AsBytes<float>(weights.HiddenBias));
        writer.Write(MemoryMarshal.AsBytes<float>(weights.Output));
    });

    public static SentimentModel Read(Stream stream) => _file.Read(stream, static (ref ModelBytes reader, string hash) =>
    {
        var card = ModelFile.ReadCard<SentimentModelCard>(ref reader);
        var hidden = reader.Count(SentimentWeights.MaxHidden);
        var keys = reader.Count(MaxBytes);
        var clauses = reader.Count(MaxBytes);
        var weights = new SentimentWeights
        {
            Hidden = hidden,
            Keys = reader.Array<uint>(keys),
            Frequencies = reader.Array<byte>(keys),
            Scales = reader.Array<Half>(keys),
            Rows = reader.Array<sbyte>((long)keys * (SentimentWeights.Classes + hidden)),
            ClauseKeys = reader.Array<uint>(clauses),
            ClauseFrequencies = reader.Array<byte>(clauses),
            ClauseRows = reader.Array<sbyte>((long)clauses * SentimentWeights.Classes),
            ClauseScale = reader.Array<float>(1)[0],
            ClassStep = reader.Array<float>(1)[0],
            HiddenStep = reader.Array<float>(1)[0],
            Sharpness = reader.Array<float>(1)[0],
            Bias = reader.Array<float>(SentimentWeights.Classes),
            HiddenBias = reader.Array<float>(hidden),
            Output = reader.Array<float>(hidden * SentimentWeights.Classes),
        };
        return new SentimentModel(weights, card, hash);
    });
}
