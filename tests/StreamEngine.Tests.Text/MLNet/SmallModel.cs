namespace StreamEngine.Tests.Text.MLNet;

/// <summary>A small text classifier with every choice open, for writing as a model file and for naive scoring.</summary>
internal sealed record SmallModel
{
    public string[] Words { get; init; } = ["good", "bad", "not"];

    public int WordLength { get; init; } = 2;

    public int Skips { get; init; }

    public uint[][] WordGrams { get; init; } = [[1], [2], [3], [3, 1], [3, 2], [0, 1]];

    public int CharLength { get; init; } = 3;

    public uint[][] CharGrams { get; init; } = [[2, 'g', 'o'], ['g', 'o', 'o'], ['o', 'o', 'd'], ['o', 'd', 3], [' ', 'b', 'a'], ['b', 'a', 'd']];

    /// <summary>0 count, 1 idf, 2 count × idf.</summary>
    public int Weighting { get; init; }

    public double[] Idf { get; init; } = [];

    /// <summary>0 L2, 2 L1, 3 greatest; null for none.</summary>
    public int? Norm { get; init; } = 0;

    public bool KeepPunctuation { get; init; } = true;

    public char[] Separators { get; init; } = [' '];

    /// <summary>One row per class; a single one for a binary model.</summary>
    public float[][] Weights { get; init; } = [[0.5f, -0.5f, 0.25f, 0.75f, -0.125f, 0.375f, 1, -1, 0.5f, 0.25f, 0.0625f, -0.75f]];

    public float[] Biases { get; init; } = [0.125f];

    public bool Sparse { get; init; }

    public bool Calibrated { get; init; } = true;

    public string[] Labels { get; init; } = ["negative", "neutral", "positive"];

    public bool IsBinary => Weights.Length == 1;

    public int Features => CharGrams.Length + WordGrams.Length;

    public ModelZip ToZip()
    {
        const string Root = "TransformerChain";
        const string Words = $"{Root}/Transform_001";
        var zip = new ModelZip().AddChain(Root, 3);
        if (IsBinary)
            zip.AddChain($"{Root}/Transform_000", 0);
        else
            AddTerms(zip, $"{Root}/Transform_000", "Label", "Label", Labels);

        // FeaturizeText: its steps are a chain within a component of their own.
        zip.Add(Words, "Text", "TEXT XFR", 0x00010002).AddChain($"{Words}/Chain", 9);
        string Step(int i) => $"{Words}/Chain/Transform_{i:000}";
        zip.Add(Step(0), "TextNormalizerTransform", "TEXTNORM", 0x00010001, b => b.Columns("N", "Text").Byte(0).Bool(false).Bool(KeepPunctuation).Bool(true));
        zip.Add(Step(1), "TokenizeTextTransform", "WRDTOKNS", 0x00010001, b =>
        {
            b.Columns("W", "N").Int32(Separators.Length);
            foreach (var separator in Separators)
                b.Raw(BitConverter.GetBytes(separator));
        });
        AddTerms(zip, Step(2), "Wk", "W", this.Words);
        AddGrams(zip, Step(3), "Wg", "Wk", WordLength, Skips, WordGrams, 0);
        zip.Add(Step(4), "CharToken", "CHARTOKN", 0x00010002, b => b.Columns("C", "N").Bool(true).Bool(false));
        AddGrams(zip, Step(5), "Cg", "C", CharLength, 0, CharGrams, WordGrams.Length);
        AddNorm(zip, Step(6), "Wn", "Wg");
        AddNorm(zip, Step(7), "Cn", "Cg");
        zip.Add(Step(8), "ConcatTransform", "CONCAT F", 0x00010003, b => b.Int32(1).Text("Features").Int32(2).Text("Cn").Text(null).Text("Wn").Text(null));
        if (IsBinary)
            AddBinary(zip, $"{Root}/Transform_002");
        else
            AddMulticlass(zip, $"{Root}/Transform_002");
        return zip;
    }

    private static void AddTerms(ModelZip zip, string directory, string output, string input, string[] terms)
    {
        zip.Add(directory, "TermTransform", "TERMTRNF", 0x00010003, b => b.Columns(output, input).Bool(true));
        zip.Add($"{directory}/Vocabulary", "TermManager", "TERM MAN", 0x00010002, b =>
        {
            b.Int32(1).Byte(0).Int32(terms.Length);
            foreach (var term in terms)
                b.Text(term);
        });
    }

    private void AddGrams(ModelZip zip, string directory, string output, string input, int length, int skips, uint[][] grams, int firstIdf) =>
        zip.Add(directory, "NgramTransform", "NGRAMTRN", 0x00010003, b =>
        {
            b.Columns(output, input).Int32(length).Int32(skips).Int32(Weighting);
            for (var l = 1; l <= length; l++)
                b.Bool(grams.Any(gram => gram.Length == l));
            var bytes = new List<byte>();
            var ends = new List<int>();
            foreach (var gram in grams)
            {
                foreach (var key in gram)
                {
                    var rest = key;
                    for (; rest >= 0x80; rest >>= 7)
                        bytes.Add((byte)(rest | 0x80));
                    bytes.Add((byte)rest);
                }
                ends.Add(bytes.Count);
            }
            b.Int32(grams.Length).Int32(0);
            foreach (var end in ends)
                b.Int32(end);
            b.Raw(bytes.ToArray()).Int32(Weighting == 0 ? 0 : grams.Length);
            for (var i = 0; i < grams.Length && Weighting != 0; i++)
                b.Double(Idf[firstIdf + i]);
        });

    private void AddNorm(ModelZip zip, string directory, string output, string input)
    {
        if (Norm is { } norm)
            zip.Add(directory, "GcnTransform", "GCNORMAF", 0x00010003, b => b.Columns(output, input).Bool(false).Byte(norm).Single(1));
        else
            zip.Add(directory, "CopyTransform", "COPYCOLT", 0x00010001, b => b.Columns(output, input));
    }

    private void AddBinary(ModelZip zip, string directory)
    {
        zip.Add(directory, "BinaryPredXfer", "BIN PRED", 0x00010001, b => b.Text("Features").Single(0).Text("Score"));
        var model = $"{directory}/Model";
        if (Calibrated)
        {
            zip.Add(model, "PMixCaliPredExec", "PMIXCALP", 0x00010001);
            zip.Add($"{model}/Calibrator", "PlattCaliExec", "PLATTCAL", 0x00010001, b => b.Double(-1).Double(0));
            model += "/Predictor";
        }
        zip.Add(model, "Linear2CExec", "LINEAR2C", 0x00020002, b =>
        {
            b.Int32(4).Single(Biases[0]).Int32(Features);
            var kept = Enumerable.Range(0, Features).Where(i => !Sparse || Weights[0][i] != 0).ToArray();
            b.Int32s(Sparse ? kept : []).Singles(Array.ConvertAll(kept, i => Weights[0][i]));
        });
    }

    private void AddMulticlass(ModelZip zip, string directory)
    {
        zip.Add(directory, "MulticlassPredXfer", "MC  PRED", 0x00010002, b => b.Text("Features").Text("Label").Text("Score").Text("PredictedLabel"));
        zip.Add($"{directory}/Model", "MultiClassLRExec", "MULTI LR", 0x00010003, b =>
        {
            b.Int32(4).Int32(Features).Int32(Weights.Length);
            foreach (var bias in Biases)
                b.Single(bias);
            if (!Sparse)
            {
                b.Int32(0).Int32(0).Singles(Weights.SelectMany(row => row).ToArray());
                return;
            }
            var kept = Weights.Select(row => Enumerable.Range(0, Features).Where(i => row[i] != 0).ToArray()).ToArray();
            var starts = new List<int> { 0 };
            foreach (var row in kept)
                starts.Add(starts[^1] + row.Length);
            b.Int32s(starts).Int32s(kept.SelectMany(row => row).ToArray()).Singles(kept.SelectMany((row, c) => row.Select(i => Weights[c][i])).ToArray());
        });
    }
}
