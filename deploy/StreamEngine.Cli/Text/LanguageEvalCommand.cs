using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using StreamEngine.Text.Languages;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine language eval</c>.</summary>
internal static class LanguageEvalCommand
{
    private const string Description = "Measure how well languages are told.";

    private const string Notes =
        """
        A file is a table (.tsv, .csv) with the columns lang and text. Languages: nl, it, pl, en, de, fr, es, pt; texts in
        another count as unknown.

        Examples:
          streamengine language eval sentences.tsv
          streamengine language eval --json sentences.tsv
        """;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Texts whose language is known.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "A model of `language train`. [default: the one that ships with the program]", HelpName = "MODEL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("eval", Description) { files, model, json };
        HelpNotes.Attach(command, Notes);
        command.SetAction(parsed => TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var texts = FilePaths.ReadAll(parsed.GetRequiredValue(files), file => LanguageFile.ReadTexts(file));
            var loaded = parsed.GetValue(model) is { } path ? LanguageModel.Load(FilePaths.ToRead(path)) : LanguageModel.LoadDefault();
            var evaluation = LanguageEvaluation.Of(new LanguageIdentifier(loaded), texts);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(ToJson(evaluation).ToJsonString());
            else
                Print(evaluation, output);
            return ExitCode.Done;
        }));
        return command;
    }

    private static JsonObject ToJson(LanguageEvaluation evaluation) => new()
    {
        ["n"] = evaluation.Count,
        ["accuracy"] = Math.Round(evaluation.Accuracy, 4),
        ["by_language"] = new JsonObject(evaluation.Languages.Select(language => KeyValuePair.Create<string, JsonNode?>(LanguageCode.Of(language), new JsonObject
        {
            ["n"] = evaluation.Texts(language),
            ["accuracy"] = Math.Round(evaluation.AccuracyOf(language), 4),
        }))),
    };

    private static void Print(LanguageEvaluation evaluation, TextWriter output)
    {
        output.WriteLine($"texts     {evaluation.Count}");
        output.WriteLine($"accuracy  {evaluation.Accuracy.ToString("0.0000", CultureInfo.InvariantCulture)}");
        output.WriteLine();
        output.WriteLine("language    texts  accuracy  told " + string.Join("", LanguageCode.All.Select(code => $"{code,8}")));
        foreach (var language in evaluation.Languages)
        {
            output.WriteLine($"{LanguageCode.Of(language),-8} {evaluation.Texts(language),8}    {evaluation.AccuracyOf(language).ToString("0.0000", CultureInfo.InvariantCulture)}       "
                + string.Join("", Enum.GetValues<Language>().Select(told => $"{evaluation.Confusion(language, told),8}")));
        }
    }
}
