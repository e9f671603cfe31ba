using System.Text;
using StreamEngine.Text;
using StreamEngine.Text.Sentiment;
using StreamEngine.Text.Training;

namespace StreamEngine.Tests.Text.Training;

public class SentimentTrainerTests
{
    private static readonly string[] _good = ["lovely", "great", "splendid", "prachtig", "bello"], _bad = ["awful", "broken", "horrid", "vreselijk", "brutto"], _plain = ["today", "street", "number", "tafel", "strada"];

    private static List<LabelledText> Texts(int seed, int count)
    {
        var random = new Random(seed);
        string Pick(string[] words) => words[random.Next(words.Length)];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var label = (SentimentLabel)(i % 3);
            var text = label switch
            {
                SentimentLabel.Negative => random.Next(2) == 0 ? $"the thing is {Pick(_bad)}" : $"this was not {Pick(_good)}",
                SentimentLabel.Positive => random.Next(2) == 0 ? $"the thing is {Pick(_good)} {Pick(_plain)}" : $"this was {Pick(_good)}",
                _ => $"the {Pick(_plain)} and the {Pick(_plain)}",
            };
            return new LabelledText(Encoding.UTF8.GetBytes($"{text} {random.Next(100)}"), label, "en", "own");
        })];
    }

    private static SentimentModel Train(int seed) => SentimentTrainer.Train(Texts(1, 3_000), new SentimentTrainingOptions { Seed = seed, Trained = "2026-01-01" });

    [Fact]
    public void Training_learns_words_and_negation()
    {
        var scorer = new SentimentScorer(Train(seed: 5));
        var evaluation = Evaluation.Of(scorer, Texts(2, 600));
        Assert.True(evaluation.MacroF1 > 0.97, $"macro-F1 {evaluation.MacroF1}");
        scorer.Score("this was splendid"u8, out var praise);
        scorer.Score("this was not splendid"u8, out var blame);
        Assert.True(praise.Value > 0.3 && blame.Value < -0.3, $"{praise} {blame}");
    }

    [Fact]
    public void Probabilities_of_noisy_labels_are_shares_of_hits()
    {
        var random = new Random(3);
        LabelledText Noisy(LabelledText text) => text with { IsReference = true, Label = random.Next(3) == 0 ? (SentimentLabel)random.Next(3) : text.Label };
        var model = SentimentTrainer.Train([.. Texts(1, 9_000).Select(Noisy)], new SentimentTrainingOptions());
        var evaluation = Evaluation.Of(new SentimentScorer(model), Texts(2, 2_000).Select(Noisy));
        Assert.InRange(evaluation.Accuracy, 0.72, 0.82);
        Assert.True(evaluation.CalibrationError < 0.08, $"calibration error {evaluation.CalibrationError}");
    }

    [Fact]
    public void The_seed_decides_every_byte_of_the_model()
    {
        Assert.Equal(Train(seed: 5).Hash, Train(seed: 5).Hash);
        Assert.NotEqual(Train(seed: 5).Hash, Train(seed: 6).Hash);
    }

    [Fact]
    public void Where_sets_disagree_the_reference_sets_own_part_leans_to_what_they_say()
    {
        // "wicked" is praise where the model is to be used, and blame in ten times as many texts elsewhere.
        IEnumerable<LabelledText> Wicked(int count, SentimentLabel label, bool reference) => Enumerable.Range(0, count).Select(i =>
            new LabelledText(Encoding.UTF8.GetBytes($"that was wicked {i % 50}"), label, "en", reference ? "ours" : "theirs") { IsReference = reference });
        List<LabelledText> texts =
        [
            .. Texts(1, 3_000), .. Texts(2, 600).Select(text => text with { Set = "ours", IsReference = true }),
            .. Wicked(1_000, SentimentLabel.Negative, reference: false), .. Wicked(100, SentimentLabel.Positive, reference: true),
        ];
        double Value(float share)
        {
            new SentimentScorer(SentimentTrainer.Train(texts, new SentimentTrainingOptions { ReferenceShare = share, TuningEpochs = 0 })).Score("that was wicked"u8, out var score);
            return score.Value;
        }
        var (without, with, alone) = (Value(0), Value(0.5f), Value(20));
        Assert.True(without < with - 0.1 && with < alone && alone > 0.5, $"{without} {with} {alone}");
    }

    [Fact]
    public void Trainings_side_by_side_do_not_change_each_other()
    {
        var alone = Train(seed: 5).Hash;
        var hashes = new string[3];
        Parallel.For(0, hashes.Length, i => hashes[i] = Train(seed: 5).Hash);
        Assert.All(hashes, hash => Assert.Equal(alone, hash));
    }

    [Fact]
    public void A_word_that_only_a_lexicon_lists_counts_as_its_like_do()
    {
        // Entries of no weight teach nothing by themselves; they only tell which words are alike.
        LabelledText Entry(string word, double valence) =>
            new(Encoding.UTF8.GetBytes(word), valence < 0 ? SentimentLabel.Negative : SentimentLabel.Positive, "", "lexicon") { Valence = valence, Weight = 0 };
        var texts = Texts(1, 3_000);
        var entries = _good.Append("zalig").Select(word => Entry(word, 0.9)).Concat(_bad.Append("kwuj").Select(word => Entry(word, -0.9)));
        var scorer = new SentimentScorer(SentimentTrainer.Train([.. texts, .. entries], new SentimentTrainingOptions()));
        scorer.Score("the thing is zalig"u8, out var praise);
        scorer.Score("the thing is kwuj"u8, out var blame);
        Assert.True(praise.Label == SentimentLabel.Positive && blame.Label == SentimentLabel.Negative, $"{praise} {blame}");
    }

    [Fact]
    public void Training_tells_what_rounding_to_bytes_cost()
    {
        RoundingCost? told = null;
        SentimentTrainer.Train([.. Texts(1, 9_000).Select(text => text with { IsReference = true })], new SentimentTrainingOptions(), rounded: cost => told = cost);
        var rounding = Assert.IsType<RoundingCost>(told);
        Assert.InRange(rounding.Texts, 100, 1_000);
        Assert.InRange(rounding.ToldOtherwise, 0, rounding.Texts / 20);
        Assert.True(rounding.ExactMacroF1 > 0.95 && Math.Abs(rounding.ExactMacroF1 - rounding.RoundedMacroF1) < 0.05, $"{rounding}");
    }

    [Fact]
    public void Balance_gives_the_doubtful_texts_to_the_class_that_is_rare_in_its_set()
    {
        // Four in a hundred texts are neutral; "hmm" is neutral four times where it is positive six times.
        LabelledText Text(int i)
        {
            var (text, label) = i % 10 != 0 ? i % 2 == 0 ? ("this was great", SentimentLabel.Positive) : ("this was awful", SentimentLabel.Negative)
                : ("hmm", i / 10 % 10 < 4 ? SentimentLabel.Neutral : SentimentLabel.Positive);
            return new LabelledText(Encoding.UTF8.GetBytes(text), label, "en", "own") { IsReference = true };
        }

        SentimentLabel Doubtful(float balance)
        {
            var model = SentimentTrainer.Train([.. Enumerable.Range(0, 3_000).Select(Text)], new SentimentTrainingOptions { ReferenceBalance = balance, Members = 1 });
            new SentimentScorer(model).Score("hmm"u8, out var score);
            return score.Label;
        }

        Assert.Equal(SentimentLabel.Positive, Doubtful(balance: 0));
        Assert.Equal(SentimentLabel.Neutral, Doubtful(balance: 1));
    }

    [Fact]
    public void Two_classes_alone_are_refused() =>
        Assert.Throws<ArgumentException>(() => SentimentTrainer.Train([.. Texts(1, 30).Where(text => text.Label != SentimentLabel.Neutral)], new SentimentTrainingOptions()));
}
