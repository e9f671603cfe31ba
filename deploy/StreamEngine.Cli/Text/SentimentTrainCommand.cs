using System.CommandLine;
using System.Globalization;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine sentiment train</c>.</summary>
internal static class SentimentTrainCommand
{
    private const string Description = "Train a sentiment model on labelled texts.";

    private const string Notes =
        """
        A file is a table (.tsv, .csv) with the columns label, text and optionally lang, or JSON lines (.jsonl) with
        those properties; labels are neg, neu, pos. Instead of files, --data may name one folder: then the recipe says
        which files in it to train on, with what weight, and which validate. Texts that also stand in a validation
        file are taken out first, compared by their letters and digits alone.

        The same data, seed, options and date give the same file, byte for byte, on however many cores of the same kind.

        Examples:
          streamengine sentiment train --data posts.tsv more.jsonl --validation held-back.tsv --output my-model.bin
          streamengine sentiment train --data ./data --output sentiment.bin
          streamengine sentiment train --data ./data --without non-commercial research --output free.bin
        """;

    public static Command Create()
    {
        var data = new Option<string[]>("--data") { Description = "Files of labelled texts, or one folder with the recipe's data sets.", HelpName = "FILE", Required = true, AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--output") { Description = "The model file to write.", HelpName = "MODEL", Required = true };
        var validation = new Option<string[]>("--validation") { Description = "Files whose texts are kept out of training.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var recipe = RecipeOption();
        var without = new Option<string[]>("--without") { Description = "Leave out the recipe's sets of these licence classes: non-commercial, research, share-alike, permissive.", HelpName = "CLASS", AllowMultipleArgumentsPerToken = true };
        without.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Where(token => TrainingRecipe.ParseLicence(token.Value) is null))
                result.AddError($"--without {word.Value}: expected non-commercial, research, share-alike or permissive.");
        });
        var defaults = new SentimentTrainingOptions();
        var seed = NumberOption.Of("--seed", "Decides all chance in training.", defaults.Seed, seed => true, "a whole number");
        var epochs = NumberOption.Of("--epochs", "How often training goes through the data.", defaults.Epochs, epochs => epochs > 0, "a whole number of at least 1");
        var name = new Option<string>("--name") { Description = "The model's name.", HelpName = "NAME", DefaultValueFactory = _ => defaults.Name };
        var date = new Option<string?>("--date") { Description = "The day of training that the model's card names. [default: today]", HelpName = "YYYY-MM-DD" };
        date.Validators.Add(result =>
        {
            if (!DateOnly.TryParseExact(result.GetValueOrDefault<string?>(), "yyyy-MM-dd", out _))
                result.AddError("--date: expected a day such as 2026-11-25.");
        });
        var command = new Command("train", Description) { data, output, validation, recipe, without, seed, epochs, name, date };
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) => Task.FromResult(TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var console = parsed.InvocationConfiguration;
            FilePaths.ToWrite(parsed.GetRequiredValue(output));
            var texts = Read(parsed.GetRequiredValue(data), parsed.GetValue(recipe), parsed.GetValue(validation) ?? [], parsed.GetValue(without) ?? [], console);
            var options = new SentimentTrainingOptions
            {
                Name = parsed.GetRequiredValue(name),
                Seed = parsed.GetValue(seed),
                Epochs = parsed.GetValue(epochs),
                Trained = parsed.GetValue(date) ?? TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            };
            RoundingCost? cost = null;
            var model = TextConsole.Progress(console, $"Training on {texts.Count} texts", progress => SentimentTrainer.Train(texts, options, progress, rounded => cost = rounded, stop));
            FilePaths.Write(parsed.GetRequiredValue(output), model.Save);
            console.Output.WriteLine($"{parsed.GetRequiredValue(output)}: {model.Name} {model.Version}, trained on {texts.Count} texts of {model.Card.Sets.Count} sets, SHA-256 {model.Hash}");
            if (cost is { } rounding)
                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Weights rounded to bytes: of {rounding.Texts} held-back texts {rounding.ToldOtherwise} are told otherwise; macro-F1 {rounding.ExactMacroF1:0.0000} before, {rounding.RoundedMacroF1:0.0000} after."));
            return ExitCode.Done;
        })));
        return command;
    }

    /// <summary>The option that names a recipe.</summary>
    public static Option<string?> RecipeOption() => new("--recipe") { Description = "The recipe for a folder of data sets. [default: the one of the shipped model]", HelpName = "FILE" };

    /// <summary>Reads what to train on, without what is held back.</summary>
    public static List<LabelledText> Read(string[] data, string? recipePath, string[] validation, string[] without, InvocationConfiguration console)
    {
        var filter = new LeakFilter();
        List<LabelledText> texts;
        if (data is [var folder] && Directory.Exists(folder))
        {
            var recipe = TrainingRecipe.Load(FilePaths.ToRead(recipePath ?? TextConsole.Shipped("sentiment.recipe.json")));
            filter = recipe.ReadValidation(folder);
            texts = recipe.ReadTraining(folder, without.Select(word => TrainingRecipe.ParseLicence(word)!.Value).ToHashSet());
        }
        else
        {
            if (without.Length > 0)
                throw new ArgumentException("--without needs a recipe, which tells the licences: give --data one folder.");
            texts = ReadTexts(data);
        }
        foreach (var text in ReadTexts(validation))
            filter.Hold(text.Text);
        var kept = filter.Keep(texts);
        console.Error.WriteLine($"{texts.Count} texts, of which {texts.Count - kept.Count} stand in validation files and are left out.");
        foreach (var loss in filter.Losses(texts))
            console.Error.WriteLine($"warning: validation holds back {loss.Held} of the {loss.Texts} {loss.Label.ToString().ToLowerInvariant()} texts of {Name(loss)}: what is left of the set is lopsided, and so is what it teaches.");
        return kept;
    }

    /// <summary>Reads files of labelled texts.</summary>
    public static List<LabelledText> ReadTexts(string[] files) => FilePaths.ReadAll(files, file => LabelledFile.Read(file, null, out _));

    private static string Name(ClassLoss loss) => loss.Language.Length == 0 ? loss.Set : $"{loss.Set} ({loss.Language})";
}
