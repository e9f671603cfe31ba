using StreamEngine.Text.MLNet;
using Xunit.Abstractions;

namespace StreamEngine.Tests.Text.MLNet;

/// <summary>What the golden models do not show: other weightings, norms, skips, layouts of weights and of the zip.</summary>
public sealed class SmallModelTests(ITestOutputHelper output)
{
    [Fact]
    public void Any_small_model_scores_as_a_naive_reading_of_the_rules_does_bit_for_bit()
    {
        var seed = Random.Shared.Next(1_000_000_000);
        output.WriteLine($"seed {seed}");
        for (var round = 0; round < 60; round++)
        {
            var random = new Random(seed + round);
            var small = RandomModel(random);
            var model = MLNetModel.Load(small.ToZip().ToStream());
            var scorer = model.CreateScorer();
            var naive = new NaiveScorer(small);
            var scores = new float[model.ScoreCount];
            for (var i = 0; i < 12; i++)
            {
                var text = RandomText(random, small);
                var prediction = scorer.Score(text.AsSpan(), scores);
                var raw = naive.Raw(text);
                Assert.True(small.IsBinary ? raw[0].Equals(prediction.Score) : Probabilities(raw).SequenceEqual(scores),
                    $"seed {seed}, round {round}, text \"{text}\": {string.Join(' ', scores)}, expected {string.Join(' ', small.IsBinary ? raw : Probabilities(raw))}");
            }
        }
    }

    [Fact]
    public void A_model_saved_on_Windows_or_together_with_its_loader_scores_the_same()
    {
        var plain = new SmallModel().ToZip();
        var windows = new ModelZip();
        var loader = new ModelZip().AddChain("TransformerChain", 1);
        foreach (var (name, bytes) in plain.Entries)
        {
            windows.Entries[name.Replace('/', '\\')] = bytes;
            loader.Entries[name.Replace("TransformerChain/", "TransformerChain/Transform_000/", StringComparison.Ordinal)] = bytes;
        }
        loader.Add("TransformerChain", "TransformerChain", "XF CHAIN", 0x00010001, b => b.Int32(1).Int32(7));
        var score = new float[1];
        var expected = MLNetModel.Load(plain.ToStream()).CreateScorer().Score("not good"u8, score);
        Assert.NotEqual(0, expected.Score);
        Assert.Equal(expected, MLNetModel.Load(windows.ToStream()).CreateScorer().Score("not good"u8, score));
        Assert.Equal(expected, MLNetModel.Load(loader.ToStream()).CreateScorer().Score("not good"u8, score));
    }

    [Theory]
    [InlineData("neg|neu|pos", null, "0,1,2")]
    [InlineData("Positive|Negative|Neutral", null, "2,0,1")]
    [InlineData("0|1|2", null, "0,1,2")]
    [InlineData("1|0|-1", null, "2,1,0")]
    [InlineData("love|meh|hate", "LOVE: positive | meh: neutral | hate: negative", "2,1,0")]
    [InlineData("bad, really|a=b|so:so", "bad, really: Negative | a=b: pos | so:so: neutral", "0,2,1")]
    [InlineData("love|meh|hate", null, null)]
    public void Labels_become_classes_by_their_names_or_by_a_map(string labels, string? map, string? columns)
    {
        var zero = new float[12];
        var model = MLNetModel.Load(new SmallModel { Labels = labels.Split('|'), Weights = [zero, zero, zero], Biases = [3, 2, 1] }.ToZip().ToStream(), "mine.zip");
        var scorer = model.CreateScorer(map is null ? null : Map(map));
        var classes = new float[3][] { new float[1], new float[1], new float[1] };
        if (columns is null)
        {
            var error = Assert.Throws<InvalidOperationException>(() => scorer.Score("x"u8, [0], [1], classes[0], classes[1], classes[2]));
            Assert.Contains("mine.zip", error.Message);
            Assert.Contains("\"love\": negative, \"meh\": positive", error.Message);
            return;
        }
        scorer.Score("x"u8, [0], [1], classes[0], classes[1], classes[2]);
        var scores = new float[3];
        scorer.Score("x"u8, scores);
        Assert.Equal(scores, columns.Split(',').Select(c => classes[int.Parse(c)][0]));
    }

    [Theory]
    [InlineData("a: good", "\"a\" maps to \"good\"")]
    [InlineData("a: positive | A: negative", "\"A\" is mapped twice")]
    [InlineData("", "empty")]
    public void A_map_of_classes_that_makes_no_sense_is_refused_with_the_reason(string map, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Map(map)).Message);

    private static MLNetClassMap Map(string text) => new(text.Split(" | ", StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => new KeyValuePair<string, string>(pair[..pair.LastIndexOf(": ", StringComparison.Ordinal)], pair[(pair.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])));

    private static float[] Probabilities(float[] raw)
    {
        var best = raw.Max();
        var first = Array.IndexOf(raw, best);
        var others = raw.Where((s, c) => c != first && s > best - 30).Sum(s => Math.Exp(s - best));
        var total = others == 0 ? best : (float)(best + Math.Log(1 + others));
        return Array.ConvertAll(raw, s => (float)Math.Exp(s - total));
    }

    private static SmallModel RandomModel(Random random)
    {
        var words = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Word(random)).Distinct().ToArray();
        var wordLength = random.Next(1, 5);
        var charLength = random.Next(1, 6);
        // Keys far above the vocabulary do not fit side by side into 64 bits: the other way of looking up.
        var maxKey = random.Next(5) == 0 ? int.MaxValue : words.Length;
        var wordGrams = Grams(random, random.Next(1, 60), wordLength, () => random.Next(8) == 0 ? (uint)random.Next(maxKey) : (uint)random.Next(words.Length + 1));
        var charGrams = Grams(random, random.Next(1, 400), charLength, () => random.Next(40) == 0 ? (uint)random.Next(char.MaxValue + 1) : "abcé .\u0002\u0003"[random.Next(8)]);
        var classes = random.Next(2) == 0 ? 1 : random.Next(2, 5);
        var features = wordGrams.Length + charGrams.Length;
        return new SmallModel
        {
            Words = words,
            WordLength = wordLength,
            WordGrams = wordGrams,
            Skips = random.Next(3) == 0 ? random.Next(1, 4) : 0,
            CharLength = charLength,
            CharGrams = charGrams,
            Weighting = random.Next(3),
            Idf = Enumerable.Range(0, features).Select(_ => random.NextDouble() * 5).ToArray(),
            // The L1 norm of other than counts may differ in the last bits: its order of summation is not known.
            Norm = new int?[] { 0, 3, null }[random.Next(3)],
            KeepPunctuation = random.Next(2) == 0,
            Separators = random.Next(3) == 0 ? ['.', 'c'] : [' '],
            Sparse = random.Next(2) == 0,
            Calibrated = random.Next(2) == 0,
            Weights = Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, features)
                .Select(_ => random.Next(3) == 0 ? 0 : (float)(random.NextDouble() - 0.5)).ToArray()).ToArray(),
            Biases = Enumerable.Range(0, classes).Select(_ => (float)random.NextDouble()).ToArray(),
            Labels = Enumerable.Range(0, classes).Select(i => $"label {i}").ToArray(),
        };
    }

    private static uint[][] Grams(Random random, int count, int length, Func<uint> key) => Enumerable.Range(0, count)
        .Select(_ => Enumerable.Range(0, random.Next(1, length + 1)).Select(_ => key()).ToArray())
        .DistinctBy(gram => string.Join(' ', gram)).ToArray();

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(4) == 0 ? random.Next(6, 20) : random.Next(1, 4)).Select(_ => "abc"[random.Next(3)]));

    private static string RandomText(Random random, SmallModel small)
    {
        var length = random.Next(10) == 0 ? 700 : random.Next(40);
        return string.Concat(Enumerable.Range(0, length).Select(_ => random.Next(12) switch
        {
            < 5 => small.Words[random.Next(small.Words.Length)],
            < 9 => " ",
            9 => "Éa.",
            10 => "e\u0301\uFFFD\u0003",
            // Units that the normaliser leaves alone, but for case and punctuation.
            _ => ((char)random.Next(0x0700, char.MaxValue + 1)).ToString(),
        }));
    }
}
