using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>Trains sentiment models.</summary>
public static class SentimentTrainer
{
    private const int FewestCalibration = 100;

    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts; their order matters as the seed does. Take out first what validation holds back (<see cref="LeakFilter"/>).</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told the share done, 0 to 1, from several threads.</param>
    /// <param name="rounded">Told what rounding cost, where enough texts of reference sets were held back to tell.</param>
    /// <param name="cancellation">Stops training.</param>
    /// <exception cref="ArgumentException">There are no texts, or not all three classes.</exception>
    public static SentimentModel Train(
        IReadOnlyList<LabelledText> texts, SentimentTrainingOptions options, Action<double>? progress = null,
        Action<RoundingCost>? rounded = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (texts is null || texts.Select(text => text.Label).Distinct().Count() < SentimentWeights.Classes)
            throw new ArgumentException("Training needs texts of all three classes: neg, neu and pos.", nameof(texts));
        if (options.Members is < 1 or > 4)
            throw new ArgumentException($"A model has one to four members, not {options.Members}.", nameof(options));
        var calibration = texts.Where(IsForCalibration).ToList();
        var corpus = TrainingCorpus.Build([.. texts.Where(text => !IsForCalibration(text))], options);
        var sets = new DataSets(corpus, options);
        var networks = new SentimentNetwork[options.Members];
        Parallel.For(0, networks.Length, new ParallelOptions { CancellationToken = cancellation }, member =>
        {
            networks[member] = new SentimentNetwork(corpus, sets, options, member);
            networks[member].Train(member == 0 ? progress : null, cancellation);
        });
        var trained = new TrainedParts(corpus, networks, ReferencePart.Train(corpus, sets, options, cancellation), options.ReferenceShare);
        var card = new SentimentModelCard
        {
            Name = options.Name,
            Trained = options.Trained,
            Seed = options.Seed,
            Texts = texts.Count,
            Sets = texts.GroupBy(text => text.Set).ToDictionary(set => set.Key, set => set.Count()),
        };
        var weights = SentimentQuantizer.Quantize(trained);
        if (calibration.Count >= FewestCalibration)
        {
            var scorer = new SentimentScorer(new SentimentModel(weights, card, ""));
            weights = weights with { Sharpness = Sharpness(scorer, calibration) };
            rounded?.Invoke(Rounding(trained, scorer, calibration));
        }
        using var file = new MemoryStream();
        SentimentModelFile.Write(weights, card, file);
        file.Position = 0;
        return SentimentModel.Load(file);
    }

    /// <summary>A fortieth of the reference sets is not learned from, but tells how far probabilities may be trusted.</summary>
    private static bool IsForCalibration(LabelledText text) => text.IsReference && CrossValidation.FoldOf(text.Text, 40) == 0;

    /// <summary>
    /// What to multiply the model's sums by so that the calibration texts' labels are likeliest (temperature scaling:
    /// Guo et al. 2017, "On Calibration of Modern Neural Networks"). No text changes its class by it.
    /// </summary>
    private static float Sharpness(SentimentScorer scorer, List<LabelledText> texts)
    {
        var odds = texts.Select(text =>
        {
            scorer.Score(text.Text, out var score);
            return (Logs: new[] { score.Negative, score.Neutral, score.Positive }.Select(p => Math.Log(Math.Max(p, 1e-30))).ToArray(), Label: (int)text.Label);
        }).ToArray();
        return Enumerable.Range(4, 37).Select(step => step * 0.05f).MinBy(sharpness => odds.Sum(entry =>
            Math.Log(entry.Logs.Sum(log => Math.Exp(sharpness * log))) - (sharpness * entry.Logs[entry.Label])));
    }

    private static RoundingCost Rounding(TrainedParts trained, SentimentScorer scorer, List<LabelledText> texts)
    {
        Evaluation exact = new(), rounded = new();
        var otherwise = 0;
        Span<float> sum = stackalloc float[SentimentWeights.Classes];
        foreach (var text in texts)
        {
            trained.Score(text.Text, sum);
            scorer.Score(text.Text, out var score);
            // Only the order of the classes is compared.
            var before = new SentimentScore(sum[0], sum[1], sum[2]);
            exact.Add(text, before);
            rounded.Add(text, score);
            otherwise += before.Label == score.Label ? 0 : 1;
        }
        return new RoundingCost(texts.Count, otherwise, Math.Round(exact.MacroF1, 4), Math.Round(rounded.MacroF1, 4));
    }
}
