using System.Text.Json;

namespace StreamEngine.Text.Training;

/// <summary>What a licence lets one do with a data set, and so with a model that learned from it.</summary>
public enum LicenceClass
{
    /// <summary>Any use, at most with attribution (CC0, CC BY, MIT, Apache, BSD).</summary>
    Permissive,

    /// <summary>Any use, under the same licence (CC BY-SA).</summary>
    ShareAlike,

    /// <summary>No commercial use (CC BY-NC, CC BY-NC-SA).</summary>
    NonCommercial,

    /// <summary>Research use, personal use, or nothing stated.</summary>
    Research,
}

/// <summary>A data set of a recipe.</summary>
/// <param name="Path">Its files below the data folder; "*" in the file name stands for any signs.</param>
/// <param name="Licence">permissive, share-alike, non-commercial or research.</param>
/// <param name="Terms">The licence's name or what is known of it.</param>
/// <param name="Weight">How much its texts count, relative to 1.</param>
/// <param name="Lexicon">Whether it is a list of words with valences.</param>
/// <param name="Reference">Whether the model should expect the set's share of classes (<see cref="LabelledText.IsReference"/>).</param>
/// <param name="Neutral">Whether its neutral texts are learned. Not for sets that hardly ever say neutral: they then teach nothing about it.</param>
/// <param name="Translates">The set that it translates, row by row in the same order, by the name of its folder.</param>
public sealed record TrainingSet(
    string Path, string Licence, string Terms, float Weight, bool Lexicon = false, bool Reference = false, bool Neutral = true, string? Translates = null)
{
    /// <summary>The licence's class.</summary>
    public LicenceClass Class => TrainingRecipe.ParseLicence(Licence)
        ?? throw new InvalidDataException($"The recipe's set {Path} has the licence \"{Licence}\"; expected permissive, share-alike, non-commercial or research.");
}

/// <summary>The data sets that a model is trained on, and the files that validate it and are therefore held back.</summary>
/// <param name="Sets">What to train on.</param>
/// <param name="Validation">Files below the data folder whose texts are taken out of training.</param>
public sealed record TrainingRecipe(IReadOnlyList<TrainingSet> Sets, IReadOnlyList<string> Validation)
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, ReadCommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="InvalidDataException">The file is no recipe; the message names the file and what is wrong.</exception>
    public static TrainingRecipe Load(string path)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize<TrainingRecipe>(File.ReadAllText(path), _json);
            if (recipe?.Sets is null || recipe.Validation is null)
                throw new InvalidDataException($"{path}: expected an object with the lists \"sets\" and \"validation\".");
            return recipe;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The class that a word names; null for other words.</summary>
    public static LicenceClass? ParseLicence(string? word) => word switch
    {
        "permissive" => LicenceClass.Permissive,
        "share-alike" => LicenceClass.ShareAlike,
        "non-commercial" => LicenceClass.NonCommercial,
        "research" => LicenceClass.Research,
        _ => null,
    };

    /// <summary>Reads the training texts below a data folder, each with its set's weight; nothing is held back yet.</summary>
    /// <param name="folder">The folder that the recipe's paths start from.</param>
    /// <param name="without">Licence classes to leave out.</param>
    /// <exception cref="FileNotFoundException">A set's files are not there.</exception>
    public List<LabelledText> ReadTraining(string folder, IReadOnlySet<LicenceClass>? without = null)
    {
        var texts = new List<LabelledText>();
        foreach (var set in Sets)
        {
            if (without?.Contains(set.Class) == true)
                continue;
            var name = set.Path.Split('/')[0];
            foreach (var file in DataFiles.Expand(folder, set.Path))
            {
                var rows = set.Lexicon ? LabelledFile.ReadLexicon(file, name) : LabelledFile.Read(file, name, out _);
                texts.AddRange(rows.Where(text => set.Neutral || text.Label != SentimentLabel.Neutral)
                    .Select(text => text with { Weight = set.Weight, IsReference = set.Reference, Translates = set.Translates }));
            }
        }
        return texts;
    }

    /// <summary>A filter that holds back the texts of the validation files.</summary>
    /// <param name="folder">The folder that the recipe's paths start from.</param>
    /// <exception cref="FileNotFoundException">A validation file is not there.</exception>
    public LeakFilter ReadValidation(string folder)
    {
        var filter = new LeakFilter();
        foreach (var file in Validation.SelectMany(path => DataFiles.Expand(folder, path)))
        {
            foreach (var text in LabelledFile.Read(file, null, out _))
                filter.Hold(text.Text);
        }
        return filter;
    }
}
