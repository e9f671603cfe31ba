using StreamEngine.Core.Graph;

namespace StreamEngine.Tests.Core.Graph;

public sealed class ConfigOverrideTests
{
    private const string Yaml = """
        name: g
        source:
          memory:
        operators:
          - words: { limit: 5 }
          - words:
            id: more
        """;

    [Theory]
    [InlineData("name=h", "{name: h, source: {memory: ~}, operators: [{words: {limit: 5}}, {words: ~, id: more}]}")]
    [InlineData("operators.words.limit=6", "{name: g, source: {memory: ~}, operators: [{words: {limit: 6}}, {words: ~, id: more}]}")]
    [InlineData("operators.more.mode=fancy", "{name: g, source: {memory: ~}, operators: [{words: {limit: 5}}, {words: {mode: fancy}, id: more}]}")]
    [InlineData("source.memory.settings.sasl.password=a: {b", "{name: g, source: {memory: {settings: {sasl.password: 'a: {b'}}}, operators: [{words: {limit: 5}}, {words: ~, id: more}]}")]
    [InlineData("runtime.discard_state=[a, b]", "{name: g, source: {memory: ~}, operators: [{words: {limit: 5}}, {words: ~, id: more}], runtime: {discard_state: [a, b]}}")]
    [InlineData("source.memory.name=", "{name: g, source: {memory: {name: ''}}, operators: [{words: {limit: 5}}, {words: ~, id: more}]}")]
    public void A_value_is_set_at_its_path_and_nothing_else_changes(string assignment, string expected)
    {
        var changed = ConfigOverride.Apply(YamlText.Read(Yaml, "g.yaml"), assignment);

        Assert.Equal(Shown(YamlText.Read(expected, "expected")), Shown(changed));
    }

    [Theory]
    [InlineData("name", "--set name: must be path=value")]
    [InlineData("=x", "--set =x: must be path=value")]
    [InlineData("operators.wrods.limit=secret", "--set operators.wrods.limit: there is no 'wrods' in the list (did you mean 'words'?); it has: words, more")]
    [InlineData("name.x=secret", "--set name.x: 'x' lies below a plain value")]
    public void A_path_that_leads_nowhere_is_told_without_the_value(string assignment, string message)
    {
        var error = Assert.Throws<GraphException>(() => ConfigOverride.Apply(YamlText.Read(Yaml, "g.yaml"), assignment));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static string Shown(ConfigNode node) => node switch
    {
        ConfigScalar scalar => scalar.Text is null ? "~" : $"'{scalar.Text}'",
        ConfigList list => $"[{string.Join(", ", list.Items.Select(Shown))}]",
        ConfigMap map => $"{{{string.Join(", ", map.Entries.Select(e => $"{e.Key.Text}: {Shown(e.Value)}"))}}}",
        _ => throw new ArgumentException("no such node", nameof(node)),
    };
}
