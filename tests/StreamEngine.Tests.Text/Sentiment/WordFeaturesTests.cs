using System.Text;
using StreamEngine.Text.Features;

namespace StreamEngine.Tests.Text.Sentiment;

public sealed class WordFeaturesTests
{
    [Theory]
    [InlineData("wspaniały", "wspaniałego", true)]
    [InlineData("teleurgesteld", "teleurstelling", true)]
    [InlineData("horloge", "hotel", false)]
    public void Inflected_words_share_their_first_five_letters_beside_what_their_n_grams_share(string one, string other, bool share)
    {
        var first = WordFeatures.OfWord([1, .. Encoding.UTF8.GetBytes(one)[..5]]);

        Assert.Contains(first, Features(one));
        Assert.Equal(share, Features(other).Contains(first));
    }

    [Fact]
    public void A_word_of_five_letters_is_no_stem_of_its_own()
    {
        var features = Features("mooie");

        Assert.Equal(features.Length, features.Distinct().Count());
        Assert.DoesNotContain(WordFeatures.OfWord("\u0001mooie"u8), features);
    }

    [Fact]
    public void The_longest_word_with_the_most_parts_fits()
    {
        foreach (var word in new[] { new string('a', 60), string.Concat(Enumerable.Repeat("abc-", 20)), "żółwżółwżółwżółwżółwżółwżółwżółwżółwżółw" })
            Assert.InRange(Features(word).Length, 1, WordFeatures.Most);
    }

    private static uint[] Features(string word)
    {
        var text = Encoding.UTF8.GetBytes(word);
        var features = new uint[WordFeatures.Most];
        var units = new Unit[8];
        Assert.True(new PostReader(text).Read(units) > 0);
        return features[..WordFeatures.List(in units[0], text.AsSpan(units[0].Start, units[0].Length), features, out _)];
    }
}
