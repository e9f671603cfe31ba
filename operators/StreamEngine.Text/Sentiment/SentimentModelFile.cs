using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace StreamEngine.Text.Sentiment;

/// <summary>
/// The file format of sentiment models, little-endian: the magic "SESENT02"; the length of the card and the card as
/// JSON; hidden units, number of keys, number of clause keys; the arrays of <see cref="SentimentWeights"/> in order;
/// at last the SHA-256 of all that came before.
/// </summary>
internal static class SentimentModelFile
{
    private const int MaxBytes = 64 << 20;
    private const int MaxCardBytes = 1 << 20;
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "SESENT02"u8;

    public static void Write(SentimentWeights weights, SentimentModelCard card, Stream stream)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            var json = JsonSerializer.SerializeToUtf8Bytes(card, ModelJson.Options);
            writer.Write(json.Length);
            writer.Write(json);
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
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }

    public static SentimentModel Read(Stream stream)
    {
        var bytes = ModelBytes.ReadAll(stream, MaxBytes);
        if (bytes.Length < Magic.Length + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new InvalidDataException("This is no sentiment model of StreamEngine: it does not start with SESENT02. `streamengine sentiment train` writes one.");
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(content, hash);
        if (!hash.SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException($"The sentiment model is damaged: the checksum at its end does not fit its {content.Length} bytes. Fetch or train it again.");
        var reader = new ModelBytes(content[Magic.Length..]);
        var card = JsonSerializer.Deserialize<SentimentModelCard>(reader.Bytes(reader.Count(MaxCardBytes)), ModelJson.Options)
            ?? throw new InvalidDataException("The sentiment model holds no card.");
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
        if (!reader.AtEnd)
            throw new InvalidDataException("The sentiment model is damaged: bytes follow its last table.");
        Span<byte> whole = stackalloc byte[HashBytes];
        SHA256.HashData(bytes, whole);
        return new SentimentModel(weights, card, Convert.ToHexStringLower(whole));
    }
}
