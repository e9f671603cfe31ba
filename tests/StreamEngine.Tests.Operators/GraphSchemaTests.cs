using System.Text.Json;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;
using StreamEngine.Tests.Operators.GraphTests;

namespace StreamEngine.Tests.Operators;

/// <summary>The schema for editors says of graphs what the reader of graphs says.</summary>
public sealed class GraphSchemaTests
{
    private static readonly JsonSchemaCheck _schema = new(GraphSchema.Of(TestedGraph.Catalog).ToJsonString());

    public static TheoryData<string> Operators => [.. BuiltInOperators.All.Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void An_operators_example_conforms(string name)
    {
        var example = BuiltInOperators.All.Single(op => op.Name == name).Example;

        Assert.Empty(Problems($"name: g\nsource: {{ never: {{}} }}\noperators:\n{string.Join('\n', example.Split('\n').Select(line => "  " + line))}\n"));
    }

    [Theory]
    [InlineData("[ { window: { size: 1m } } ]", true)]
    [InlineData("[ { window: { size: '${SIZE}' }, id: w, from: decode } ]", true)]
    [InlineData("[ { decode: } ]", true)]
    [InlineData("[ { window: { sise: 1m } } ]", false)]
    [InlineData("[ { window: { size: soon } } ]", false)]
    [InlineData("[ { windw: { size: 1m } } ]", false)]
    [InlineData("[ { match: {} } ]", false)]
    [InlineData("[ {} ]", false)]
    [InlineData("[ { spikes: { min_negative: many } } ]", false)]
    [InlineData("[ { language: { overwrite: perhaps } } ]", false)]
    [InlineData("[ { sentiment: { target: nobody } } ]", false)]
    [InlineData("[ { sentiment: { target: post } } ]", true)]
    [InlineData("{ window: { size: 1m } }", false)]
    public void Operators_are_taken_as_the_reader_takes_them(string operators, bool conforms) =>
        Assert.Equal(conforms, Problems($"name: g\nsource: {{ never: {{}} }}\noperators: {operators}\n").Count == 0);

    private static IReadOnlyList<string> Problems(string yaml) =>
        _schema.Check(JsonSerializer.SerializeToUtf8Bytes(YamlJson.From(YamlText.Read(yaml, "g.yaml", name => $"${{{name}}}"))));
}
