using System.CommandLine;
using System.Globalization;
using StreamEngine.Text.Training;

namespace StreamEngine.Cli.Text;

/// <summary><c>streamengine language train</c>.</summary>
internal static class LanguageTrainCommand
{
    private const string Description = "Train the language model on a folder of data sets.";

    private const string Notes =
        """
        The recipe says which files of the folder are texts (columns lang, text), which are word lists (columns word,
        count; named after their language), and which validate and are kept out.

        Example:
          streamengine language train --data ./data --output language.bin
        """;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder with the recipe's data sets.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--output") { Description = "The model file to write.", HelpName = "MODEL", Required = true };
        var recipe = new Option<string?>("--recipe") { Description = "The recipe. [default: the one of the shipped model]", HelpName = "FILE" };
        var seed = NumberOption.Of("--seed", "Decides all chance in training.", 1, seed => true, "a whole number");
        var command = new Command("train", Description) { data, output, recipe, seed };
        HelpNotes.Attach(command, Notes);
        command.SetAction(parsed => TextConsole.Guard(parsed.InvocationConfiguration, () =>
        {
            var console = parsed.InvocationConfiguration;
            var path = parsed.GetRequiredValue(output);
            FilePaths.ToWrite(path);
            var options = new LanguageTrainingOptions { Seed = parsed.GetValue(seed), Trained = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) };
            var texts = LanguageRecipe.Load(FilePaths.ToRead(parsed.GetValue(recipe) ?? TextConsole.Shipped("language.recipe.json"))).Read(parsed.GetRequiredValue(data), options.Seed);
            var model = TextConsole.Progress(console, $"Training on {texts.Count} texts", progress => LanguageTrainer.Train(texts, options, progress));
            FilePaths.Write(path, model.Save);
            console.Output.WriteLine($"{path}: {model.Name} {model.Hash[..12]}, trained on {texts.Count} texts and words");
            return ExitCode.Done;
        }));
        return command;
    }
}
