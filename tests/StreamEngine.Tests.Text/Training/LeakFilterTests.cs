using System.Text;
using StreamEngine.Text;
using StreamEngine.Text.Training;

namespace StreamEngine.Tests.Text.Training;

public class LeakFilterTests
{
    [Theory]
    [InlineData("I don't like this: http://t.co/abc @user", "i don 't like this @someone https://t.co/xyz")]
    [InlineData("Che BELLA giornata!!! 😍", "che bella giornata")]
    [InlineData("RT @a: Świetnie &amp; tanio", "Swietnie tanio")]
    public void A_copy_that_was_masked_tokenised_or_lower_cased_is_held_back(string validation, string training)
    {
        var filter = new LeakFilter();
        filter.Hold(Encoding.UTF8.GetBytes(validation));
        Assert.True(filter.Holds(Encoding.UTF8.GetBytes(training)));
        Assert.False(filter.Holds(Encoding.UTF8.GetBytes(training + " more")));
    }

    [Fact]
    public void A_class_that_validation_takes_most_of_is_told()
    {
        LabelledText[] texts =
        [
            .. Enumerable.Range(0, 90).Select(i => new LabelledText(Encoding.UTF8.GetBytes($"text {i}"), (SentimentLabel)(i % 3), i < 60 ? "en" : "nl", "own")),
        ];
        var filter = new LeakFilter();
        foreach (var text in texts.Take(60).Where((text, i) => text.Label == SentimentLabel.Neutral && i < 45))
            filter.Hold(text.Text);
        Assert.Equal([new ClassLoss("own", "en", SentimentLabel.Neutral, 20, 15)], filter.Losses(texts));
        Assert.Empty(filter.Losses(texts, fewest: 21));
    }

    [Fact]
    public void What_a_recipe_trains_on_shares_no_text_with_what_it_validates_on()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "a"));
            Directory.CreateDirectory(Path.Combine(folder.FullName, "b"));
            File.WriteAllText(Path.Combine(folder.FullName, "a", "train.tsv"), "label\tlang\ttext\npos\ten\tGood day @x\nneg\ten\tBad day\namb\ten\tOdd day\n");
            File.WriteAllText(Path.Combine(folder.FullName, "b", "val.tsv"), "label\tlang\ttext\npos\ten\tgood day! http://t.co/1\n");
            File.WriteAllText(Path.Combine(folder.FullName, "recipe.json"),
                """{"sets":[{"path":"a/*.tsv","licence":"non-commercial","terms":"own","weight":2}],"validation":["b/val.tsv"]}""");
            var recipe = TrainingRecipe.Load(Path.Combine(folder.FullName, "recipe.json"));
            var all = recipe.ReadTraining(folder.FullName);
            var kept = recipe.ReadValidation(folder.FullName).Keep(all);
            Assert.Equal(2, all.Count);
            var text = Assert.Single(kept);
            Assert.Equal((SentimentLabel.Negative, "a", 2f), (text.Label, text.Set, text.Weight));
            Assert.Empty(recipe.ReadTraining(folder.FullName, new HashSet<LicenceClass> { LicenceClass.NonCommercial }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
