using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamEngine.Text.Training;

/// <summary>
/// Reads labelled texts: TSV or CSV with a header that names the columns <c>label</c>, <c>text</c> and optionally
/// <c>lang</c>, or JSON lines with those properties. Labels are neg, neu, pos (or negative, neutral, positive); rows
/// with another label ("amb", "mixed") are left out and counted.
/// </summary>
public static class LabelledFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A .tsv, .csv, .jsonl or .ndjson file.</param>
    /// <param name="set">The name to give its data set; null: its folder and name.</param>
    /// <param name="skipped">Rows left out because their label is none of the three classes.</param>
    /// <exception cref="InvalidDataException">The file is not such a file; the message names file, line and what is wrong.</exception>
    public static List<LabelledText> Read(string path, string? set, out int skipped)
    {
        set ??= Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) + "/" + Path.GetFileNameWithoutExtension(path);
        return Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson" or ".json"
            ? ReadJsonLines(path, set, out skipped)
            : ReadTable(path, set, out skipped);
    }

    /// <summary>
    /// Reads a lexicon: a TSV with the columns <c>word</c> and <c>valence</c>, negative for blame. Entries near zero
    /// (less than a tenth of the greatest) are left out.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no such table.</exception>
    public static List<LabelledText> ReadLexicon(string path, string set)
    {
        using var table = new DelimitedReader(path);
        var word = table.Column("word");
        var valence = table.Column("valence");
        var entries = new List<(string Word, double Valence)>();
        while (table.Read())
        {
            if (!double.TryParse(table[valence], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new InvalidDataException($"{path}: \"{table[valence]}\" is no valence.");
            entries.Add((table[word], value));
        }
        var greatest = entries.Count == 0 ? 0 : entries.Max(entry => Math.Abs(entry.Valence));
        return [.. entries.Where(entry => Math.Abs(entry.Valence) >= 0.1 * greatest).Select(entry => new LabelledText(
            Encoding.UTF8.GetBytes(entry.Word), entry.Valence < 0 ? SentimentLabel.Negative : SentimentLabel.Positive, "", set) { Valence = entry.Valence / greatest })];
    }

    /// <summary>The class that a word names; null for other words.</summary>
    public static SentimentLabel? ParseLabel(string? label) => label switch
    {
        "neg" or "negative" or "Negative" or "NEGATIVE" => SentimentLabel.Negative,
        "neu" or "neutral" or "Neutral" or "NEUTRAL" => SentimentLabel.Neutral,
        "pos" or "positive" or "Positive" or "POSITIVE" => SentimentLabel.Positive,
        _ => null,
    };

    private static List<LabelledText> ReadTable(string path, string set, out int skipped)
    {
        skipped = 0;
        using var table = new DelimitedReader(path);
        var label = table.Column("label");
        var text = table.Column("text");
        var language = table.OptionalColumn("lang");
        var texts = new List<LabelledText>();
        while (table.Read())
        {
            if (ParseLabel(table[label]) is { } parsed)
                texts.Add(new LabelledText(Encoding.UTF8.GetBytes(Unescape(table[text])), parsed, language < 0 ? "" : table[language], set));
            else
                skipped++;
        }
        return texts;
    }

    private static List<LabelledText> ReadJsonLines(string path, string set, out int skipped)
    {
        skipped = 0;
        var texts = new List<LabelledText>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using var document = JsonDocument.Parse(line);
                var row = document.RootElement;
                if (ParseLabel(row.GetProperty("label").GetString()) is not { } parsed)
                {
                    skipped++;
                    continue;
                }
                var language = row.TryGetProperty("lang", out var lang) ? lang.GetString() ?? "" : "";
                texts.Add(new LabelledText(Encoding.UTF8.GetBytes(row.GetProperty("text").GetString() ?? ""), parsed, language, set));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new InvalidDataException($"{path}, line {number}: expected a JSON object with the strings \"label\" and \"text\": {e.Message}", e);
            }
        }
        return texts;
    }

    /// <summary>Some published sets carry characters as the six signs "\u2019".</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains("\\u", StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 5 < text.Length && text[i + 1] == 'u'
                && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                plain.Append((char)unit);
                i += 5;
            }
            else
                plain.Append(text[i]);
        }
        return plain.ToString();
    }
}
