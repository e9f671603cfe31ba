using System.Globalization;
using System.Text;
using StreamEngine.Text.Languages;

namespace StreamEngine.Text.Training;

/// <summary>Reads texts whose language is known, and word lists.</summary>
public static class LanguageFile
{
    /// <summary>Reads a table (.tsv or .csv) with the columns <c>lang</c> and <c>text</c>. Rows in other languages count as unknown.</summary>
    /// <exception cref="InvalidDataException">The file is not such a table; the message names file, line and what is wrong.</exception>
    public static List<LanguageText> ReadTexts(string path, string? set = null)
    {
        set ??= Path.GetFileNameWithoutExtension(path);
        using var table = new DelimitedReader(path);
        var language = table.Column("lang");
        var text = table.Column("text");
        var texts = new List<LanguageText>();
        while (table.Read())
            texts.Add(new LanguageText(Encoding.UTF8.GetBytes(LabelledFile.Unescape(table[text])), LanguageCode.Parse(table[language]), set));
        return texts;
    }

    /// <summary>Reads a table with the columns <c>word</c> and <c>count</c>, named after its language (<c>nl.tsv</c>). A word weighs by the logarithm of its share.</summary>
    /// <exception cref="InvalidDataException">The file is not such a table.</exception>
    public static List<LanguageText> ReadWords(string path, string set)
    {
        var language = LanguageCode.Parse(Path.GetFileNameWithoutExtension(path));
        if (language == Language.Unknown)
            throw new InvalidDataException($"{path}: word lists are named after their language ({string.Join(", ", LanguageCode.All.Skip(1))}).");
        using var table = new DelimitedReader(path);
        var word = table.Column("word");
        var count = table.Column("count");
        var words = new List<(string Word, double Count)>();
        while (table.Read())
        {
            if (!double.TryParse(table[count], NumberStyles.Integer, CultureInfo.InvariantCulture, out var times))
                throw new InvalidDataException($"{path}: \"{table[count]}\" is no count.");
            words.Add((table[word], times));
        }
        var total = words.Sum(entry => entry.Count);
        return [.. words.Select(entry => new LanguageText(Encoding.UTF8.GetBytes(entry.Word), language, set)
        {
            Weight = (float)Math.Clamp(0.2 * (1 + Math.Log10(1 + (entry.Count / total * 1e6))), 0.2, 1.5),
        })];
    }
}
