namespace StreamEngine.Text.Training;

/// <summary>The data sets of a corpus, and how much each of its texts counts.</summary>
internal sealed class DataSets
{
    private const int Classes = SentimentNetwork.Classes;
    private const double MostBalance = 4;

    public DataSets(TrainingCorpus corpus, SentimentTrainingOptions options)
    {
        var names = new Dictionary<string, int>();
        OfText = new int[corpus.Count];
        for (var i = 0; i < OfText.Length; i++)
        {
            if (!names.TryGetValue(corpus.Texts[i].Set, out OfText[i]))
                names.Add(corpus.Texts[i].Set, OfText[i] = names.Count);
        }
        var counts = new int[names.Count, Classes];
        for (var i = 0; i < OfText.Length; i++)
            counts[OfText[i], (int)corpus.Texts[i].Label]++;
        TwoClasses = new bool[names.Count];
        for (var set = 0; set < TwoClasses.Length; set++)
            TwoClasses[set] = counts[set, (int)SentimentLabel.Neutral] < 0.01 * Total(counts, set);
        Weights = new float[corpus.Count];
        for (var i = 0; i < Weights.Length; i++)
        {
            var (text, set) = (corpus.Texts[i], OfText[i]);
            var share = (double)counts[set, (int)text.Label] * (TwoClasses[set] ? 2 : 3) / Total(counts, set);
            var balance = text.IsReference ? options.ReferenceBalance : options.Balance;
            Weights[i] = text.Weight * (text.IsEntry ? 1 : (float)Math.Min(MostBalance, Math.Pow(share, -balance)));
        }
    }

    /// <summary>The number of sets.</summary>
    public int Count => TwoClasses.Length;

    /// <summary>The set of each text.</summary>
    public int[] OfText { get; }

    /// <summary>How much each text counts: as the recipe says, and more where its class is rare in its set.</summary>
    public float[] Weights { get; }

    /// <summary>Per set, whether it as good as never says neutral; such a set teaches nothing about it.</summary>
    public bool[] TwoClasses { get; }

    private static int Total(int[,] counts, int set) => counts[set, 0] + counts[set, 1] + counts[set, 2];
}
