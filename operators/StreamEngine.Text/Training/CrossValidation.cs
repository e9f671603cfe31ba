using StreamEngine.Text.Sentiment;

namespace StreamEngine.Text.Training;

/// <summary>
/// Validates a recipe on data sets that it also trains on: each fold trains a model without a part of those sets, and
/// without every copy of that part elsewhere, and evaluates it on that part.
/// </summary>
public static class CrossValidation
{
    /// <summary>Trains and evaluates.</summary>
    /// <param name="training">The recipe's texts, already without what its validation files hold back.</param>
    /// <param name="held">The texts to validate on. Copies of one text are in the same fold.</param>
    /// <param name="folds">The number of parts, at least 2.</param>
    /// <param name="options">How to train.</param>
    /// <param name="scored">Told each text of <paramref name="held"/> once, with the score of the model that has not seen it.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="cancellation">Stops training.</param>
    public static void Run(
        IReadOnlyList<LabelledText> training, IReadOnlyList<LabelledText> held, int folds, SentimentTrainingOptions options,
        Action<LabelledText, SentimentScore> scored, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentNullException.ThrowIfNull(scored);
        for (var fold = 0; fold < folds; fold++)
        {
            var filter = new LeakFilter();
            var part = held.Where(text => FoldOf(text.Text, folds) == fold).ToList();
            foreach (var text in part)
                filter.Hold(text.Text);
            var done = fold;
            var model = SentimentTrainer.Train(filter.Keep(training), options, share => progress?.Invoke((done + share) / folds), cancellation: cancellation);
            var scorer = new SentimentScorer(model);
            foreach (var text in part)
            {
                scorer.Score(text.Text, out var score);
                scored(text, score);
            }
        }
    }

    /// <summary>The fold of a text, by what it says: 0 to <paramref name="folds"/> less 1.</summary>
    public static int FoldOf(ReadOnlySpan<byte> text, int folds) => (int)((LeakFilter.Key(text) ?? 0) / 2 % (ulong)folds);
}
