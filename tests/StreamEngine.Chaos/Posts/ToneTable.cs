using System.Text.Json;
using StreamEngine.Chaos.Running;

namespace StreamEngine.Chaos.Posts;

/// <summary>What the product says of a text about a brand.</summary>
/// <param name="Tone">-1, 0 or 1.</param>
/// <param name="Score">Positive less negative probability.</param>
/// <param name="Language">The language it is counted for.</param>
internal readonly record struct TextTone(int Tone, double Score, string Language);

/// <summary>
/// The tone of each text towards each of its brands, taken once from the product: by a run over a file, without windows, Kafka or faults.
/// Whether tones are right is no question here; whether each is counted once is.
/// </summary>
internal sealed class ToneTable
{
    private const string Graph = """
        name: tones
        source:
          file: { path: texts.jsonl }
        operators:
          - decode: {}
          - match: { brands: brands.yaml }
          - language: {}
          - sentiment: {}
        sinks:
          - file: { path: tones.jsonl }
            from: sentiment
        """;

    private readonly Dictionary<(string Text, string Language, string Brand), TextTone> _tones = [];

    private ToneTable()
    {
    }

    /// <summary>The tone of a text that declares a language, which may be empty.</summary>
    public TextTone this[string text, string language, string brand] => _tones[(text, language, brand)];

    /// <summary>Has the program tell the tone of every text.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public static async Task<ToneTable> Take(BrandTexts brandTexts, TempFolder folder)
    {
        var texts = brandTexts.All().ToList();
        GraphFiles.WriteBrands(folder, brandTexts.Brands);
        File.WriteAllText(folder["tones.yaml"], Graph);
        File.WriteAllLines(folder["texts.jsonl"], texts.Select((text, i) => JsonSerializer.Serialize(
            text.Language.Length > 0 ? new { id = $"{i}", time = 0, text = text.Text, language = text.Language } : (object)new { id = $"{i}", time = 0, text = text.Text })));
        using var engine = EngineProcess.Start("tones", ["run", folder["tones.yaml"], "--quiet"], null);
        var (code, _) = await engine.End(TimeSpan.FromMinutes(3));
        if (code != 0)
        {
            throw new InvalidOperationException($"the texts could not be scored:\n{engine.Said}");
        }

        var table = new ToneTable();
        foreach (var line in File.ReadLines(folder["tones.jsonl"]))
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            var (text, declared) = texts[int.Parse(row.GetProperty("id").GetString()!)];
            var tone = row.GetProperty("sentiment").GetString() switch { "negative" => -1, "neutral" => 0, "positive" => 1, var other => throw new InvalidOperationException($"a tone of '{other}'") };
            var language = row.TryGetProperty("language", out var told) ? told.GetString()! : "";
            table._tones.Add((text, declared, row.GetProperty("brand").GetString()!), new TextTone(tone, row.GetProperty("score").GetDouble(), language));
        }

        return table;
    }
}
