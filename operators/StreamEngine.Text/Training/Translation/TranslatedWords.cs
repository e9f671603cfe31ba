using System.Runtime.InteropServices;

namespace StreamEngine.Text.Training.Translation;

/// <summary>
/// Which word of the original a word stands for, learned from the sets of a corpus that translate another row by row
/// (<see cref="LabelledText.Translates"/>). In training a word shares the numbers of the word that it translates, so
/// that a language with few labelled texts gains from one with many.
/// </summary>
internal sealed class TranslatedWords
{
    private const int FewestRows = 2;
    private const double LeastShare = 0.3;

    private readonly Dictionary<uint, (uint Original, double Share)> _originals = [];

    private TranslatedWords()
    {
    }

    /// <summary>Learns from the texts of a corpus.</summary>
    /// <param name="texts">The texts; those of one set in the order of its files.</param>
    /// <param name="words">The distinct words of a text, by its place in <paramref name="texts"/>, in the order of their keys.</param>
    public static TranslatedWords Of(IReadOnlyList<LabelledText> texts, Func<int, uint[]> words)
    {
        var learned = new TranslatedWords();
        var sets = Enumerable.Range(0, texts.Count).ToLookup(text => texts[text].Set);
        foreach (var set in sets)
        {
            if (texts[set.First()].Translates is { } original && sets.Contains(original))
                learned.Learn(Rows(sets[original]), Rows(set));
        }
        return learned;

        List<TranslatedRow> Rows(IEnumerable<int> set) => [.. set.Select(text => new TranslatedRow(words(text), texts[text].Text.Length, texts[text].Label))];
    }

    /// <summary>The word that a word stands for, both by their keys; null where that is not known.</summary>
    public uint? OriginalOf(uint word) => _originals.TryGetValue(word, out var found) ? found.Original : null;

    private void Learn(List<TranslatedRow> originals, List<TranslatedRow> translations)
    {
        var alignment = new WordAlignment(RowMatching.Match(originals, translations));
        Dictionary<uint, int> own = CountRows(translations), foreign = CountRows(originals);
        foreach (var (word, (original, rows)) in alignment.Best())
        {
            var share = rows / own[word];
            // A word that the original itself uses often is a name, or one of its language that was left as it was.
            if (own[word] < FewestRows || share < LeastShare || foreign.GetValueOrDefault(word) * 2 > own[word] || word == original)
                continue;
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_originals, word, out _);
            if (share > known.Share)
                known = (original, share);
        }
    }

    private static Dictionary<uint, int> CountRows(List<TranslatedRow> rows)
    {
        var counts = new Dictionary<uint, int>();
        foreach (var word in rows.SelectMany(row => row.Words))
            CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        return counts;
    }
}
