using StreamEngine.Text.Sentiment;

namespace StreamEngine.Tests.Text.Sentiment;

public class SentimentModelFileTests
{
    private static readonly byte[] _file = Save(SentimentModel.LoadDefault());

    private static byte[] Save(SentimentModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    [Fact]
    public void A_model_survives_saving_and_loading_with_its_hash()
    {
        var model = SentimentModel.Load(new MemoryStream(_file));
        Assert.Equal(SentimentModel.LoadDefault().Hash, model.Hash);
        Assert.Equal(_file, Save(model));
        Assert.True(_file.Length < 16_000_000, $"{_file.Length} bytes");
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_refused()
    {
        const int seed = 21;
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var damaged = (byte[])_file.Clone();
            damaged[round < 10 ? round : random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidDataException>(() => SentimentModel.Load(new MemoryStream(damaged)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public void A_file_cut_short_is_refused(int length) =>
        Assert.Throws<InvalidDataException>(() => SentimentModel.Load(new MemoryStream(_file, 0, length)));

    [Fact]
    public void A_foreign_file_is_refused_by_its_name()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, new string('x', 5_000));
        try
        {
            var error = Assert.Throws<InvalidDataException>(() => SentimentModel.Load(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("no sentiment model", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_claims_more_than_it_holds_is_refused_before_memory_is_taken()
    {
        var lying = (byte[])_file.Clone();
        BitConverter.TryWriteBytes(lying.AsSpan(8), int.MaxValue);
        System.Security.Cryptography.SHA256.HashData(lying.AsSpan(0, lying.Length - 32), lying.AsSpan(lying.Length - 32));
        var error = Assert.Throws<InvalidDataException>(() => SentimentModel.Load(new MemoryStream(lying)));
        Assert.Contains("claims", error.Message, StringComparison.Ordinal);
    }
}
