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

    [Theory]
    [InlineData("name: x\nsource:\n\tkafka: {}\n", 3, 1)]
    [InlineData("name: x\noperators:\n  - decode:\n\t  time: t\n", 4, 1)]
    public void A_tab_as_indentation_is_told_where_it_is(string text, int line, int column)
    {
        var problem = Assert.Single(Assert.Throws<GraphException>(() => YamlText.Read(text, "g.yaml")).Problems);
        Assert.Equal((line, column), (problem.Position.Line, problem.Position.Column));
        Assert.Contains("tab", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_utf_8_is_refused_with_the_place_of_the_first_such_byte()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["brands.yaml"], [.. "brands:\n  - name: Zürich\n  - name: Caf"u8, 0xe9, (byte)'\n']);
        var problem = Assert.Single(Assert.Throws<GraphException>(() => YamlText.ReadFile(folder["brands.yaml"])).Problems);
        Assert.Equal((3, 14), (problem.Position.Line, problem.Position.Column));
        Assert.Contains("0xe9", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_begin_with_a_byte_order_mark_and_be_utf_16()
    {
        using var folder = new TempFolder();
        foreach (var encoding in new System.Text.Encoding[] { new System.Text.UTF8Encoding(true), System.Text.Encoding.Unicode, System.Text.Encoding.BigEndianUnicode })
        {
            File.WriteAllText(folder["a.yaml"], "name: żółć\n", encoding);
            Assert.Equal("żółć", ((ConfigScalar)((ConfigMap)YamlText.ReadFile(folder["a.yaml"])).Entries[0].Value).Text);
        }
    }

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
