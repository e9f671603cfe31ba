using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Core.Graph;

public sealed class YamlTextTests
{
    private static readonly Dictionary<string, string> _environment = new() { ["HOST"] = "example.com", ["EMPTY"] = "", ["ODD"] = "a: [${HOST}" };

    [Theory]
    [InlineData("http://${HOST}:8123", "http://example.com:8123")]
    [InlineData("${NONE:-localhost}", "localhost")]
    [InlineData("${EMPTY:-localhost}", "localhost")]
    [InlineData("${HOST:-localhost}", "example.com")]
    [InlineData("x${NONE:-}y", "xy")]
    [InlineData("$${HOST} costs $5", "${HOST} costs $5")]
    [InlineData("'${ODD}'", "a: [${HOST}")]
    [InlineData("\"${HOST}${HOST}\"", "example.comexample.com")]
    public void Variables_are_put_in_as_texts_whatever_is_in_them(string written, string expected) =>
        Assert.Equal(expected, ((ConfigScalar)YamlText.Read(written, "f", _environment.GetValueOrDefault)).Text);

    [Fact]
    public void A_variable_that_is_not_set_is_told_with_its_place()
    {
        var error = Assert.Throws<GraphException>(() => YamlText.Read("a:\n  b: x${NONE}", "f.yaml", _environment.GetValueOrDefault));

        Assert.Equal("f.yaml:2:6: the environment variable NONE is not set; set it, or give a default: ${NONE:-value}", error.Message);
    }

    [Theory]
    [InlineData("a: [", 2, 1)]
    [InlineData("a: [\nb: 1", 1, 4)]
    [InlineData("a: {", 2, 1)]
    [InlineData("a: {]", 1, 5)]
    [InlineData("a: 'x", 1, 4)]
    [InlineData("a: b: c", 1, 5)]
    [InlineData("a: 1\na: 2", 2, 1)]
    [InlineData("a: &x [*x]", 1, 4)]
    [InlineData("a: 1\n--- \nb: 2", 1, 1)]
    [InlineData("", 1, 1)]
    [InlineData("? [a]\n: b", 1, 3)]
    public void What_is_not_yaml_is_told_with_its_place(string text, int line, int column)
    {
        var error = Assert.Throws<GraphException>(() => YamlText.Read(text, "f.yaml"));

        Assert.Equal(new SourcePosition("f.yaml", line, column), Assert.Single(error.Problems).Position);
    }

    [Fact]
    public void No_text_however_broken_makes_anything_but_a_graph_exception()
    {
        const string Alphabet = "ab:-[]{}'\"|>&*!?%@`#,~ \n\t$";
        var random = new Random(6);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                YamlText.Read(text, "f");
            }
            catch (Exception error) when (error is not GraphException)
            {
                Assert.Fail($"case {i}, {System.Text.Json.JsonSerializer.Serialize(text)}: {error}");
            }
            catch (GraphException)
            {
                continue;
            }
        }
    }
}
