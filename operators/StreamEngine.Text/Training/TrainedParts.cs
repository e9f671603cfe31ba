using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>What training gives before it is rounded: the networks, whose mean counts, and the reference sets' own part, which is added to it.</summary>
/// <param name="Corpus">What was learned from.</param>
/// <param name="Networks">One or more, all with the same number of hidden units.</param>
/// <param name="Reference">The reference sets' own part.</param>
/// <param name="ReferenceShare">What it is multiplied by.</param>
internal sealed record TrainedParts(TrainingCorpus Corpus, SentimentNetwork[] Networks, ReferencePart Reference, float ReferenceShare)
{
    /// <summary>The classes' scores of a text, which need not stand in the corpus.</summary>
    public void Score(ReadOnlySpan<byte> text, Span<float> scores)
    {
        var (features, clauses) = Corpus.Describe(text);
        Span<float> part = stackalloc float[SentimentWeights.Classes];
        Reference.Score(features, clauses, part);
        for (var c = 0; c < scores.Length; c++)
            scores[c] = part[c] * ReferenceShare;
        foreach (var network in Networks)
        {
            network.Score(features, clauses, part);
            for (var c = 0; c < scores.Length; c++)
                scores[c] += part[c] / Networks.Length;
        }
    }
}
