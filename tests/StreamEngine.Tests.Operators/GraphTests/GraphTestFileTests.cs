using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.GraphTests;

public sealed class GraphTestFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("tests: []", "a file of tests is a map")]
    [InlineData("test: [ {} ]", "a file of tests is a map")]
    [InlineData("tests: [ 1 ]", "a test is a map with name, now, posts, posts_file, expect")]
    [InlineData("tests: [ { nme: x, posts: '{}', expect: { late: [] } } ]", "a test has no 'nme' (did you mean 'name'?)")]
    [InlineData("tests: [ { name: '', posts: '{}', expect: { late: [] } } ]", "a test needs a name")]
    [InlineData("tests: [ { name: x, expect: { late: [] } } ]", "a test has either 'posts'")]
    [InlineData("tests: [ { name: x, posts: '{}', posts_file: y, expect: { late: [] } } ]", "a test has either 'posts'")]
    [InlineData("tests: [ { name: x, posts: [ 1 ], expect: { late: [] } } ]", "begin it with 'posts: |'")]
    [InlineData("tests: [ { name: x, posts_file: nowhere, expect: { late: [] } } ]", "cannot be read")]
    [InlineData("tests: [ { name: x, posts: '{}', now: yesterday, expect: { late: [] } } ]", "'now' is a moment")]
    [InlineData("tests: [ { name: x, posts: '{}' } ]", "a test needs 'expect'")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: {} } ]", "a test needs 'expect'")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { decod: [] } } ]", "the graph has no operator 'decod' (did you mean 'decode'?)")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { late: 3 } } ]", "is a list of rows")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { late: [ 3 ] } } ]", "a row is a map of properties")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { late: { cont: 3 } } } ]", "has no 'cont' (did you mean 'count'?)")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { late: { count: -1 } } } ]", "is a count: a whole number from 0 on")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { ledger: 3 } } ]", "'ledger' is a map of counts")]
    [InlineData("tests: [ { name: x, posts: '{}', expect: { ledger: { counted: few } } } ]", "is a count")]
    public void A_mistake_is_told_with_its_place(string yaml, string message)
    {
        File.WriteAllText(_folder["g.test.yaml"], yaml);

        var problem = Assert.Throws<GraphException>(() => GraphTestFile.Read(_folder["g.test.yaml"], Graph(), TestedGraph.ReadLines)).Problems[0];

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((_folder["g.test.yaml"], 1), (problem.Position.File, problem.Position.Line));
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        File.WriteAllText(_folder["g.test.yaml"], "tests:\n  - { nme: x, posts: '{}', expect: { late: [] } }\n  - { name: y, posts: '{}', expect: { lat: [] } }\n");

        Assert.Equal([2, 2, 3], Assert.Throws<GraphException>(() => GraphTestFile.Read(_folder["g.test.yaml"], Graph(), TestedGraph.ReadLines)).Problems.Select(problem => problem.Position.Line));
    }

    [Fact]
    public void Posts_are_lines_inline_or_in_a_file_beside_it()
    {
        File.WriteAllText(_folder["posts.jsonl"], "{\"a\":1}\n{\"b\":2}");
        File.WriteAllText(_folder["g.test.yaml"], """
            tests:
              - name: inline
                posts: |
                  {"a":1}
                  {"b":2}
                expect: { late: [] }
              - name: in a file
                posts_file: posts.jsonl
                expect: { late: [] }
            """);

        var tests = GraphTestFile.Read(_folder["g.test.yaml"], Graph(), TestedGraph.ReadLines);

        Assert.All(tests, test => Assert.Equal(["{\"a\":1}", "{\"b\":2}"], test.Posts.Select(post => System.Text.Encoding.UTF8.GetString(post.Span))));
    }

    [Theory]
    [InlineData("a/brand-sentiment.yaml", "a/brand-sentiment.test.yaml")]
    [InlineData("g.yml", "g.test.yml")]
    [InlineData("graph", "graph.test.yaml")]
    public void Tests_lie_beside_their_graph(string graph, string tests) => Assert.Equal(tests, GraphTestFile.PathFor(graph));

    [Fact]
    public void A_file_that_is_not_there_is_told_with_what_to_do() =>
        Assert.Contains("there is no such file", Assert.Throws<GraphException>(() => GraphTestFile.Read(_folder["none.yaml"], Graph(), TestedGraph.ReadLines)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private LogicalGraph Graph() => TestedGraph.Read(_folder, "{ size: 1m }");
}
