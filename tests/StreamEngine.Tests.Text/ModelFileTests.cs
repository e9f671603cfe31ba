using System.Security.Cryptography;
using StreamEngine.Text.Languages;
using StreamEngine.Text.Mentions;
using StreamEngine.Text.Sentiment;

namespace StreamEngine.Tests.Text;

public class ModelFileTests
{
    [Theory]
    [InlineData("sentiment.bin")]
    [InlineData("language.bin")]
    [InlineData("mention.bin")]
    public void A_shipped_model_has_its_files_hash_and_is_written_back_byte_for_byte(string name)
    {
        var file = Shipped(name);
        var (hash, saved) = Again(name, file);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), hash);
        Assert.Equal(file, saved);
    }

    [Theory]
    [InlineData("sentiment.bin", "no sentiment model", "streamengine sentiment train")]
    [InlineData("language.bin", "no language model", "streamengine language train")]
    [InlineData("mention.bin", "no mention model", "streamengine sentiment mentions train")]
    public void What_is_wrong_with_a_file_is_told(string name, string foreign, string trainer)
    {
        var file = Shipped(name);
        Refused(name, "SESENT01"u8, foreign, trainer);
        Refused(name, [(byte)(file[0] + 1), .. file.AsSpan(1)], foreign, trainer);
        Refused(name, file.AsSpan(0, 1_000), "damaged", "checksum");
        Refused(name, [.. file.AsSpan(0, file.Length - 32), 0, .. SHA256.HashData([.. file.AsSpan(0, file.Length - 32), 0])], "damaged", "bytes follow");
    }

    [Fact]
    public void A_card_that_is_no_card_is_damage()
    {
        byte[] content = [.. "SELANG01"u8, 3, 0, 0, 0, .. "{x}"u8];
        Refused("language.bin", [.. content, .. SHA256.HashData(content)], "damaged", "card");
    }

    private static byte[] Shipped(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", name));

    private static void Refused(string name, ReadOnlySpan<byte> file, params string[] expected)
    {
        var bytes = file.ToArray();
        var message = Assert.Throws<InvalidDataException>(() => Again(name, bytes)).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static (string Hash, byte[] Saved) Again(string name, byte[] file)
    {
        using var saved = new MemoryStream();
        var stream = new MemoryStream(file);
        switch (name)
        {
            case "sentiment.bin":
                var sentiment = SentimentModel.Load(stream);
                sentiment.Save(saved);
                return (sentiment.Hash, saved.ToArray());
            case "language.bin":
                var language = LanguageModel.Load(stream);
                language.Save(saved);
                return (language.Hash, saved.ToArray());
            default:
                var mention = MentionModel.Load(stream);
                mention.Save(saved);
                return (mention.Hash, saved.ToArray());
        }
    }
}
