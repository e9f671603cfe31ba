using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Core.Graph;

public sealed class NearestWordTests
{
    private static readonly string[] _words = ["match", "window", "watermark", "decode", "a"];

    [Theory]
    [InlineData("mtach", "match")]
    [InlineData("WINDOW", "window")]
    [InlineData("windw", "window")]
    [InlineData("watermerk", "watermark")]
    [InlineData("b", null)]
    [InlineData("sentiment", null)]
    [InlineData("", null)]
    public void The_word_with_the_fewest_edits_is_found_and_none_where_none_is_near(string word, string? nearest)
    {
        Assert.Equal(nearest, NearestWord.Find(word, _words));
        Assert.Equal(nearest is null ? "" : $" (did you mean '{nearest}'?)", NearestWord.Hint(word, _words));
    }
}
