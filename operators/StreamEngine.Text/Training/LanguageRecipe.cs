using System.Text.Json;
using StreamEngine.Text.Languages;

namespace StreamEngine.Text.Training;

/// <summary>A data set of a language recipe.</summary>
/// <param name="Path">Its files below the data folder; "*" in the file name stands for any signs.</param>
/// <param name="Kind">"texts": tables with the columns lang and text. "words": word lists (word, count) named after their language.</param>
/// <param name="Terms">The licence's name or what is known of it.</param>
public sealed record LanguageSet(string Path, string Kind, string Terms);

/// <summary>What a language model is trained on, and the files that validate it and are therefore held back.</summary>
/// <param name="Sets">What to train on.</param>
/// <param name="Validation">Files below the data folder whose texts are taken out of training.</param>
/// <param name="TextsPerLanguage">The most texts of a language; which ones, the seed decides.</param>
public sealed record LanguageRecipe(IReadOnlyList<LanguageSet> Sets, IReadOnlyList<string> Validation, int TextsPerLanguage)
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, ReadCommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidDataException">The file is no recipe; the message names the file and what is wrong.</exception>
    public static LanguageRecipe Load(string path)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize<LanguageRecipe>(File.ReadAllText(path), _json);
            if (recipe?.Sets is null || recipe.Validation is null)
                throw new InvalidDataException($"{path}: expected an object with the lists \"sets\" and \"validation\".");
            return recipe;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the training texts below a data folder, without those that validation holds back.</summary>
    /// <param name="folder">The folder that the recipe's paths start from.</param>
    /// <param name="seed">Decides which texts are taken of a language that has more than enough.</param>
    /// <exception cref="FileNotFoundException">A set's files are not there.</exception>
    public List<LanguageText> Read(string folder, int seed)
    {
        var filter = new LeakFilter();
        foreach (var text in Validation.SelectMany(path => DataFiles.Expand(folder, path)).SelectMany(file => LanguageFile.ReadTexts(file)))
            filter.Hold(text.Text);
        var chosen = new List<LanguageText>();
        var texts = new List<LanguageText>();
        foreach (var set in Sets)
        {
            var name = set.Path.Split('/')[0];
            foreach (var file in DataFiles.Expand(folder, set.Path))
            {
                if (set.Kind == "words")
                    chosen.AddRange(LanguageFile.ReadWords(file, name));
                else if (set.Kind == "texts")
                    texts.AddRange(LanguageFile.ReadTexts(file, name));
                else
                    throw new InvalidDataException($"The recipe's set {set.Path} is of the kind \"{set.Kind}\"; expected texts or words.");
            }
        }
        var shuffled = texts.Where(text => text.Language != Language.Unknown && !filter.Holds(text.Text)).ToArray();
        new Random(seed).Shuffle(shuffled);
        foreach (var language in shuffled.GroupBy(text => text.Language).OrderBy(group => group.Key))
            chosen.AddRange(language.Take(TextsPerLanguage));
        return chosen;
    }
}
