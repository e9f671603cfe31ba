using System.Text;
using StreamEngine.Text;
using StreamEngine.Text.Features;
using StreamEngine.Text.Sentiment;
using StreamEngine.Text.Training;
using StreamEngine.Text.Training.Translation;

namespace StreamEngine.Tests.Text.Training;

public class TranslatedWordsTests
{
    private static readonly string[] _english = ["lovely", "great", "awful", "broken", "room", "phone", "meal", "today", "cheap", "large", "slow", "clean"];
    private static readonly string[] _dutch = ["prachtig", "geweldig", "vreselijk", "kapot", "kamer", "telefoon", "maaltijd", "vandaag", "goedkoop", "groot", "traag", "schoon"];

    private static uint Key(string word) => WordFeatures.OfWord(Encoding.UTF8.GetBytes(word));

    private static LabelledText Text(string[] words, IEnumerable<int> picks, string name, string set, string? translates = null) =>
        new(Encoding.UTF8.GetBytes(string.Join(' ', picks.Select(pick => words[pick]).Append(name))), picks.First() < 2 ? SentimentLabel.Positive : SentimentLabel.Negative, "", set) { Translates = translates };

    /// <summary>Texts of four words and a name, and their translations; one row in twenty is missing on each side, not the same.</summary>
    private static List<LabelledText> Parallel(int rows)
    {
        var random = new Random(4);
        List<LabelledText> originals = [], translations = [];
        for (var row = 0; row < rows; row++)
        {
            int[] picks = [random.Next(4), .. Enumerable.Range(0, 3).Select(_ => random.Next(4, _english.Length))];
            var name = $"mc{(char)('a' + (row % 26))}{(char)('a' + (row / 26 % 26))}";
            if (random.Next(20) > 0)
                originals.Add(Text(_english, picks, name, "original"));
            if (random.Next(20) > 0)
                translations.Add(Text(_dutch, picks, name, "translation", "original"));
        }
        return [.. originals, .. translations];
    }

    [Fact]
    public void Words_find_the_words_that_they_translate_though_rows_are_missing()
    {
        var texts = Parallel(1_500);
        var translated = TranslatedWords.Of(texts, text => [.. Encoding.UTF8.GetString(texts[text].Text).Split(' ').Select(Key).Distinct().Order()]);
        for (var i = 0; i < _dutch.Length; i++)
            Assert.Equal(Key(_english[i]), translated.OriginalOf(Key(_dutch[i])));
        Assert.All(_english, word => Assert.Null(translated.OriginalOf(Key(word))));
    }

    [Fact]
    public void A_translation_without_its_original_teaches_no_words()
    {
        var texts = Parallel(200).Where(text => text.Set == "translation").ToList();
        var translated = TranslatedWords.Of(texts, text => [Key(Encoding.UTF8.GetString(texts[text].Text).Split(' ')[0])]);
        Assert.All(_dutch, word => Assert.Null(translated.OriginalOf(Key(word))));
    }

    [Fact]
    public void Rows_of_sets_that_have_nothing_in_common_are_left_unmatched_or_matched_in_order()
    {
        TranslatedRow Row(uint word, int length, SentimentLabel label) => new([word], length, label);
        var left = Enumerable.Range(0, 50).Select(i => Row((uint)i, 100, SentimentLabel.Positive)).ToList();
        var right = Enumerable.Range(0, 3_000).Select(i => Row((uint)i + 1_000, 10, SentimentLabel.Negative)).ToList();
        Assert.Empty(RowMatching.Match(left, right));
        Assert.Empty(RowMatching.Match([], right));
        Assert.Empty(RowMatching.Match([], []));
    }

    [Fact]
    public void A_word_known_only_from_translations_counts_as_its_original_does()
    {
        // The parallel texts have no weight, so they teach which words translate which and nothing else.
        var random = new Random(5);
        var labelled = Enumerable.Range(0, 3_000).Select(i => (i % 3) switch
        {
            0 => ($"this was {_english[random.Next(2)]} {random.Next(100)}", SentimentLabel.Positive),
            1 => ($"this was {_english[2 + random.Next(2)]} {random.Next(100)}", SentimentLabel.Negative),
            _ => ($"the {_english[4 + random.Next(4)]} and the {_english[4 + random.Next(4)]}", SentimentLabel.Neutral),
        }).Select(row => new LabelledText(Encoding.UTF8.GetBytes(row.Item1), row.Item2, "", "labelled"));
        var scorer = new SentimentScorer(SentimentTrainer.Train([.. labelled, .. Parallel(1_000).Select(text => text with { Weight = 0 })], new SentimentTrainingOptions()));
        foreach (var (word, label) in _dutch.Take(4).Zip([SentimentLabel.Positive, SentimentLabel.Positive, SentimentLabel.Negative, SentimentLabel.Negative]))
        {
            scorer.Score(Encoding.UTF8.GetBytes($"dit was {word}"), out var score);
            Assert.True(score.Label == label, $"{word}: {score}");
        }
    }
}
