using System.Buffers.Binary;
using System.Text;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Tests.Text.MLNet;

public sealed class DamageTests
{
    private const string Normalizer = "TransformerChain/Transform_001/Chain/Transform_000/Model.key";
    private const string WordGrams = "TransformerChain/Transform_001/Chain/Transform_003/Model.key";
    private const string Norm = "TransformerChain/Transform_001/Chain/Transform_006/Model.key";
    private const string Weights = "TransformerChain/Transform_002/Model/Predictor/Model.key";

    [Theory]
    [InlineData(Normalizer, 0x00, Normalizer, "begin")]
    [InlineData(Normalizer, 0x0C, Normalizer, "newer container")]
    [InlineData(Normalizer, 0x40, "TextNormalizer", "format")]
    [InlineData(Normalizer, 0x4E, "TextNormalizer", "newer")]
    [InlineData(Normalizer, 0x53, "not supported", "FeaturizeText")]
    [InlineData(Normalizer, 0x1F, "TextNormalizer", "outside")]
    [InlineData(Normalizer, 0x2F, "TextNormalizer", "outside")]
    [InlineData(Normalizer, 0x80, "TextNormalizer", "truncated or damaged")]
    [InlineData(Normalizer, 0x100, "TextNormalizer", "columns do not fit")]
    [InlineData(Normalizer, 0x104, "TextNormalizer", "not in the table")]
    [InlineData(WordGrams, 0x10C, "NgramTransform", "length of n-grams")]
    [InlineData(WordGrams, 0x11B, "NgramTransform", "n-grams do not fit")]
    [InlineData(Norm, 0x10C, "GcnTransform", "expected 0 or 1")]
    [InlineData(Norm, 0x111, "GcnTransform", "scale")]
    [InlineData(Weights, 0x107, "Linear2CExec", "bias")]
    [InlineData(Weights, 0x108, "Linear2CExec", "12 weights for")]
    public void A_damaged_part_is_named_together_with_what_is_wrong_with_it(string path, int offset, params string[] expected)
    {
        var zip = new SmallModel().ToZip();
        var bytes = zip.Entries[path];
        // 0x7F makes lengths too great and 0xFF floats NaN; 0xFD is neither a letter nor a bool.
        bytes[offset] = (byte)(bytes[offset] ^ 0x7D | 0x40);
        if (offset is 0x111 or 0x107)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(offset - 3), float.NaN);
        AssertRefused(zip.ToStream(), [.. expected]);
    }

    [Fact]
    public void A_missing_part_a_foreign_zip_and_a_file_that_is_no_zip_are_refused_by_name()
    {
        var zip = new SmallModel().ToZip();
        zip.Entries.Remove(WordGrams);
        AssertRefused(zip.ToStream(), WordGrams, "missing from the zip");
        var foreign = new ModelZip();
        foreign.Entries["readme.txt"] = "hello"u8.ToArray();
        AssertRefused(foreign.ToStream(), "TransformerChain/Model.key", "not a model");
        AssertRefused(new MemoryStream("no zip at all"u8.ToArray()), "not a readable zip");
        AssertRefused(new MemoryStream(), "not a readable zip");
    }

    [Fact]
    public void A_pipeline_that_ends_without_a_predictor_or_in_another_kind_is_refused()
    {
        var zip = new SmallModel().ToZip().AddChain("TransformerChain", 2);
        AssertRefused(zip.ToStream(), "TransformerChain", "no predictor");
        zip = new SmallModel { Calibrated = false }.ToZip();
        zip.Add("TransformerChain/Transform_002/Model", "FastTreeBinaryExec", "FTREE BC", 0x00010005);
        AssertRefused(zip.ToStream(), "TransformerChain/Transform_002/Model/Model.key (FastTreeBinaryExec)", "Microsoft.ML package");
    }

    [Fact]
    public void A_sparse_model_that_claims_more_features_than_the_text_yields_is_refused_before_memory_is_taken_for_them()
    {
        var zip = new SmallModel { Sparse = true }.ToZip();
        BinaryPrimitives.WriteInt32LittleEndian(zip.Entries[Weights].AsSpan(0x108), int.MaxValue);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(zip.ToStream(), "BinaryPredXfer", "2147483647");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Hashed_n_grams_of_many_bits_are_refused_before_memory_is_taken_for_their_slots()
    {
        var zip = new SmallModel().ToZip();
        zip.Add("TransformerChain/Transform_001/Chain/Transform_005", "NgramHashTransform", "HASHGRAM", 0x00010003, b =>
            b.Int32(1).Int32(1).Text("C").Text("Cg").Int32(3).Int32(0).Int32(30).Int32(0).Bool(false).Bool(true).Bool(false));
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(zip.ToStream(), "NgramHashTransform", "1,073,741,824 features");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Parts_that_unpack_to_more_than_allowed_are_refused_while_they_unpack()
    {
        var zip = new SmallModel().ToZip();
        zip.Entries[Weights] = new byte[50_000_000];
        var bomb = zip.ToStream(System.IO.Compression.CompressionLevel.Optimal);
        Assert.InRange(bomb.Length, 0, 200_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(bomb, new MLNetModelLimits { MaxUnpackedBytes = 1_000_000 }, Weights, "1,000,000 bytes allowed");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
        bomb.Position = 0;
        AssertRefused(bomb, new MLNetModelLimits { MaxFileBytes = 1000 }, "zip", "larger than 1,000 bytes");
        bomb.Position = 0;
        AssertRefused(bomb, new MLNetModelLimits { MaxEntries = 5 }, "zip", "entries");
    }

    [Fact]
    public void A_zip_that_understates_the_size_of_a_part_is_refused_too()
    {
        var zip = new SmallModel().ToZip();
        var bytes = zip.ToStream().ToArray();
        var entry = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(Weights));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry - 46 + 24), 100);
        AssertRefused(new MemoryStream(bytes), Weights);
    }

    private static void AssertRefused(Stream file, params string[] expected) => AssertRefused(file, MLNetModelLimits.Default, expected);

    private static void AssertRefused(Stream file, MLNetModelLimits limits, params string[] expected)
    {
        var error = Assert.Throws<MLNetModelException>(() => MLNetModel.Load(file, "mine.zip", limits));
        Assert.StartsWith($"mine.zip: {error.Component}", error.Message);
        Assert.All(expected, part => Assert.Contains(part, error.Message));
    }
}
