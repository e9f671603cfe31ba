using System.CommandLine;
using System.Text.Json;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine sentiment eval</c>.</summary>
internal static class SentimentEvalCommand
{
    private const string Description = "Measure a sentiment model on labelled texts.";

    private const string Notes =
        """
        Prints accuracy, macro-F1, macro-recall, the confusion matrix, figures per class, language and data set, and the
        calibration error (the mean distance between probability and share of hits, over ten bins). --json prints one
        object instead. Files are as for `sentiment train`; rows with other labels than neg, neu, pos are left out.

        --folds K trains K models on the folder that --data names, each without a K-th of the files' texts and without
        their copies elsewhere, and measures each model on what it has not seen.

        Examples:
          streamengine sentiment eval validation.tsv
          streamengine sentiment eval --json --model my-model.bin a.tsv b.jsonl
          streamengine sentiment eval --model mlnet.zip validation.tsv
          streamengine sentiment eval --folds 5 --data ./data ./data/nl-bolcom-clothing/train.tsv
        """;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Labelled texts.", Arity = ArgumentArity.OneOrMore };
        var model = ModelOption();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var folds = NumberOption.Maybe<int>("--folds", "Cross-validate with so many parts instead of measuring a model.", folds => folds >= 2, "a whole number of at least 2");
        var data = new Option<string?>("--data") { Description = "With --folds: the folder with the recipe's data sets.", HelpName = "DIR" };
        var recipe = SentimentTrainCommand.RecipeOption();
        var command = new Command("eval", Description) { files, model, json, folds, data, recipe };
        command.Validators.Add(result =>
        {
            if (result.GetResult(folds) is { Implicit: false } && result.GetValue(data) is null)
                result.AddError("--folds trains models: give the folder with the data sets by --data.");
        });
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) => Task.FromResult(TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var console = parsed.InvocationConfiguration;
            var texts = SentimentTrainCommand.ReadTexts(parsed.GetRequiredValue(files));
            if (texts.Count == 0)
                throw new InvalidDataException("The files hold no text labelled neg, neu or pos.");
            var report = parsed.GetValue(folds) is >= 2 and var k
                ? CrossValidate(texts, k, parsed.GetValue(data)!, parsed.GetValue(recipe), console, stop)
                : Measure(texts, AnySentimentScorer.Load(parsed.GetValue(model)));
            if (parsed.GetValue(json))
                console.Output.WriteLine(JsonSerializer.Serialize(report.ToJson()));
            else
                report.Print(console.Output);
            return ExitCode.Done;
        })));
        return command;
    }

    /// <summary>The option that names a model.</summary>
    public static Option<string?> ModelOption() => new("--model") { Description = "A model of `sentiment train`, or a .zip that ML.NET saved. [default: the one that ships with the program]", HelpName = "MODEL" };

    private static SentimentReport Measure(List<LabelledText> texts, AnySentimentScorer scorer)
    {
        var report = new SentimentReport(scorer.Name);
        foreach (var text in texts)
            report.Add(text, scorer.Score(text.Text));
        return report;
    }

    private static SentimentReport CrossValidate(List<LabelledText> texts, int folds, string data, string? recipe, InvocationConfiguration console, CancellationToken stop)
    {
        var training = SentimentTrainCommand.Read([data], recipe, [], [], console);
        var report = new SentimentReport($"{folds}-fold");
        TextConsole.Progress(console, $"Training {folds} models", progress =>
        {
            CrossValidation.Run(training, texts, folds, new SentimentTrainingOptions(), report.Add, progress, stop);
            return true;
        });
        return report;
    }
}
