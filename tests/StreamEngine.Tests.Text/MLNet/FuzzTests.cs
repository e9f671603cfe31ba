using System.Buffers.Binary;
using StreamEngine.Text.MLNet;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Text.MLNet;

/// <summary>
/// Whatever a model file holds, it is either refused by an error that names a component, or it scores; in neither case
/// is memory taken out of proportion. Mutations follow from the seed alone.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20260401;
    private const long MaxAllocated = 24_000_000;
    private static readonly MLNetModelLimits _limits = new() { MaxFeatures = 1 << 16, MaxWeights = 1 << 18, MaxUnpackedBytes = 4 << 20 };
    private static readonly int[] _interesting = [0, 1, -1, 2, 4, 255, 256, 0x7F, 0xFFFF, 0x10000, 1 << 24, int.MaxValue, int.MinValue, 0x7F800000, 0x7FC00000];

    private static readonly string[] _texts = ["", " ", "not good, bad", "gooood \uFFFF\u0000 bad\tnot not good", new string('g', 300)];

    [Fact]
    public void Mutated_components_are_refused_by_name_or_score()
    {
        var (refused, loaded) = (0, 0);
        for (var round = 0; round < 1000; round++)
        {
            var random = new Random(Seed + round);
            var zip = Sample(random);
            var name = zip.Entries.Keys.ElementAt(random.Next(zip.Entries.Count));
            for (var i = random.Next(1, 4); i > 0; i--)
                zip.Entries[name] = Mutate(random, zip.Entries[name]);
            if (Try(zip.ToStream(), $"seed {Seed + round}, {name}"))
                loaded++;
            else
                refused++;
        }
        output.WriteLine($"seed {Seed}: {refused} refused, {loaded} loaded");
        Assert.InRange(refused, 200, 999);
    }

    [Fact]
    public void Mutated_zip_files_are_refused_by_name_or_score()
    {
        var refused = 0;
        for (var round = 0; round < 700; round++)
        {
            var random = new Random(Seed + round);
            var level = random.Next(2) == 0 ? System.IO.Compression.CompressionLevel.Optimal : System.IO.Compression.CompressionLevel.NoCompression;
            var bytes = Sample(random).ToStream(level).ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
                bytes = Mutate(random, bytes);
            refused += Try(new MemoryStream(bytes), $"seed {Seed + round}") ? 0 : 1;
        }
        output.WriteLine($"seed {Seed}: {refused} refused");
        Assert.InRange(refused, 300, 700);
    }

    [Fact]
    public void A_model_of_MLNet_cut_off_anywhere_is_refused()
    {
        var bytes = File.ReadAllBytes(GoldenModels.PathOf("binary_sdca.zip"));
        var random = new Random(Seed);
        for (var round = 0; round < 40; round++)
        {
            var length = random.Next(bytes.Length);
            Assert.False(Try(new MemoryStream(bytes, 0, length), $"first {length} bytes"));
        }
    }

    private static ModelZip Sample(Random random) => random.Next(3) switch
    {
        0 => new SmallModel().ToZip(),
        1 => new SmallModel { Sparse = true, Weighting = 2, Idf = [.. Enumerable.Range(1, 12).Select(i => i / 4.0)], Skips = 1 }.ToZip(),
        _ => new SmallModel { Sparse = random.Next(2) == 0, Weights = [.. Enumerable.Range(0, 3).Select(_ => new float[12])], Biases = [1, 2, 3] }.ToZip(),
    };

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var copy = bytes.ToArray();
        if (copy.Length < 8)
            return copy;
        var at = random.Next(copy.Length - 4);
        switch (random.Next(6))
        {
            case 0:
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1:
                copy[at] = (byte)random.Next(256);
                return copy;
            case 2:
                BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(at), _interesting[random.Next(_interesting.Length)]);
                return copy;
            case 3:
                // Blocks begin at 256: counts and lengths there are hit more often.
                at = copy.Length > 300 ? 256 + random.Next(copy.Length - 260) : at;
                BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(at), _interesting[random.Next(_interesting.Length)]);
                return copy;
            case 4:
                return copy[..at];
            default:
                return [.. copy[..at], .. copy[random.Next(copy.Length)..]];
        }
    }

    private static bool Try(MemoryStream file, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var model = MLNetModel.Load(file, "fuzz.zip", _limits);
            var scorer = model.CreateScorer();
            var scores = new float[model.ScoreCount];
            foreach (var text in _texts)
                Assert.InRange(scorer.Score(text.AsSpan(), scores).Label, 0, model.Labels.Count - 1);
            return true;
        }
        catch (MLNetModelException e)
        {
            Assert.StartsWith("fuzz.zip: ", e.Message);
            Assert.False(string.IsNullOrEmpty(e.Component));
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
        finally
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaxAllocated, $"{what}: {allocated:N0} bytes allocated");
        }
    }
}
