using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Language;

public sealed class LanguageOperatorTests
{
    private static readonly BatchSchema _input = new(new("text", ColumnType.Utf8), new("language", ColumnType.Dictionary));

    private static readonly (string Text, string? Language)[] _posts =
    [
        ("de trein had weer een half uur vertraging", null),
        ("il treno è arrivato di nuovo in ritardo", null),
        ("pociąg znowu spóźnił się o godzinę", null),
        ("the train was late again this morning", null),
        ("the train was late again this morning", "nl"),
        ("12345 :-) https://example.com", null),
    ];

    [Fact]
    public void A_language_is_told_where_the_post_does_not_say_it() =>
        Assert.Equal(["nl", "it", "pl", "en", "nl", ""], Tell([]));

    [Fact]
    public void The_text_can_be_made_to_count_for_more_than_what_the_post_says() =>
        Assert.Equal(["nl", "it", "pl", "en", "en", ""], Tell(new() { ["overwrite"] = true }));

    [Fact]
    public void A_language_that_is_not_likely_enough_is_absent() =>
        Assert.Equal("", Tell(new() { ["min_probability"] = 1 }, "ok nee si")[0]);

    [Fact]
    public void A_file_that_is_no_model_is_refused_with_its_name()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["no.bin"], "no model");
        var error = Assert.Throws<GraphException>(() => Tell(new() { ["model"] = folder["no.bin"] }));
        Assert.Contains("option 'model'", error.Message, StringComparison.Ordinal);
        Assert.Contains("no.bin", error.Message, StringComparison.Ordinal);
    }

    private static List<string> Tell(Dictionary<string, object?> options, params string[] texts)
    {
        using var harness = new OperatorHarness(new LanguageDefinition(), options, new HarnessSetting { Input = _input });
        var batch = harness.NewBatch();
        foreach (var (text, language) in texts.Length == 0 ? _posts : [.. texts.Select(text => (text, (string?)null))])
        {
            var row = batch.AppendRecord(batch.RowCount);
            batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(text));
            batch.Dictionary(1)[row] = language is null ? -1 : batch.Dictionary(1).Dictionary.GetOrAdd(language);
        }

        var told = new List<string>();
        harness.Push(batch, b => told.AddRange(Enumerable.Range(0, b.RowCount).Select(row => Encoding.UTF8.GetString(b.Dictionary(1).Text(row)))));
        return told;
    }
}
