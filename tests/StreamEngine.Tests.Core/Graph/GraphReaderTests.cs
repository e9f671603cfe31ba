using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;

namespace StreamEngine.Tests.Core.Graph;

public sealed class GraphReaderTests
{
    private const string Source = "source: { memory: { name: lines } }\n";
    private const string Topic = "source: { topic: {} }\n";
    private const string Words = "operators:\n- words: {}\n";

    /// <summary>The place of each mistake is marked by ».</summary>
    [Theory]
    [InlineData("»- a\n", "a graph is a map with the sections name, source, operators, sinks, runtime")]
    [InlineData("name: g\n»sinkz: []\n" + Source + Words, "a graph has no section 'sinkz' (did you mean 'sinks'?)")]
    [InlineData("name: »a b\n" + Source + Words, "a graph needs a name of letters, digits")]
    [InlineData("»" + Source + Words, "a graph needs a name")]
    [InlineData("»name: g\n" + Words, "a graph needs a section 'source' that names one of: memory, topic")]
    [InlineData("name: g\nsource: { »memori: {} }\n" + Words, "there is no source 'memori' (did you mean 'memory'?)")]
    [InlineData("name: g\nsource:\n  memory: { name: m }\n  »topic: {}\n" + Words, "a graph has one source, and this one names memory and topic")]
    [InlineData("name: g\nsource: { »memory: {} }\n" + Words, "source 'memory' needs the option 'name' (text): the source's name")]
    [InlineData("»name: g\n" + Source, "a graph needs a list 'operators'")]
    [InlineData("name: g\noperators:\n- »wrods: {}\n" + Source, "there is no operator 'wrods' (did you mean 'words'?); there are: words, tally, crowd")]
    [InlineData("name: g\noperators:\n- words:\n    »limt: 3\n" + Source, "operator 'words' has no option 'limt' (did you mean 'limit'?); it has: limit, mode")]
    [InlineData("name: g\noperators:\n- words:\n    limit: »many\n" + Source, "operator 'words': option 'limit' must be a whole number from 0 to 1000")]
    [InlineData("name: g\noperators:\n- words:\n    mode: »fancyy\n" + Source, "operator 'words': option 'mode' must be one of plain, fancy (did you mean 'fancy'?)")]
    [InlineData("name: g\noperators:\n- words: »[1]\n" + Source, "operator 'words': its options must be a map, 'name: value'")]
    [InlineData("name: g\noperators:\n- »words\n" + Source, "each operator is written '- name: { options }'")]
    [InlineData("name: g\noperators:\n- »id: x\n" + Source, "the entry names no operator")]
    [InlineData("name: g\noperators:\n- words: {}\n  »limit: 3\n" + Source, "one operator per entry: 'limit' is too many beside 'words'; its options must be indented below it")]
    [InlineData("name: g\noperators:\n- words: {}\n- »words: {}\n" + Source, "two operators have the id 'words'; give one of them an id of its own")]
    [InlineData("name: g\noperators:\n- words: {}\n  id: »late\n" + Source, "'late' cannot be an id")]
    [InlineData("name: g\noperators:\n- words: {}\n- tally: {}\n  from: »wrods\n" + Source, "operator 'tally' follows 'wrods', which is not an operator before it (did you mean 'words'?)")]
    [InlineData("name: g\noperators:\n- words: {}\n- »tally: {}\n  from: [words, words]\n" + Source, "operator 'tally' must follow one operator: 'from: ID' beside its name")]
    [InlineData("name: g\noperators:\n- words: {}\n- tally: {}\n  from: »{ words: 1 }\n" + Source, "'from' must be the id of an operator, or a list of ids")]
    [InlineData("name: g\noperators:\n- words: {}\n  id: »[x]\n" + Source, "'' cannot be an id")]
    [InlineData("name: g\nsinks:\n- keep: {}\n  from: [words, »words]\n" + Source + Words, "sink 'keep' takes from 'words' twice")]
    [InlineData("name: g\nsinks:\n- keep: {}\n  from: [words, »[words]]\n" + Source + Words, "'from' must be the id of an operator, or a list of ids")]
    [InlineData("name: g\noperators:\n- »tally: {}\n" + Source, "operator 'tally' needs the column brand: dictionary, which the source does not give; there are: none. Operators that add it: words")]
    [InlineData("name: g\noperators:\n- words: {}\n- tally: {}\n- »words: {}\n  id: again\n" + Source, "operator 'again' (words) needs the column value: utf8, which operator 'tally' does not give; there are: brand, posts, version")]
    [InlineData("name: g\noperators:\n- words: {}\n- tally: {}\n- »tally: {}\n  id: again\n" + Source, "operator 'again' (tally) cannot follow 'tally', whose output is windows already")]
    [InlineData("name: g\noperators:\n- words: {}\n- tally: {}\n- »words: {}\n  id: other\n  from: words\n" + Source, "operator 'other' changes the rows that 'tally' would see too")]
    [InlineData("name: g\nsinks: »x\n" + Source + Words, "'sinks' must be a list")]
    [InlineData("name: g\nsinks: [ { »kep: {} } ]\n" + Source + Words, "there is no sink 'kep' (did you mean 'keep'?)")]
    [InlineData("name: g\nsinks:\n- keep: {}\n  from: [words, »wrods]\n" + Source + Words, "sink 'keep' takes from 'wrods', which is not an operator (did you mean 'words'?); there are: words, dead-letters, late")]
    [InlineData("name: g\nsinks:\n- keep: {}\n  from: words\n- »keep: {}\n  from: words\n" + Source + Words, "two sinks have the id 'keep'")]
    [InlineData("name: g\nsinks:\n- »keep: {}\n" + Source + Words, "sink 'keep' takes nothing: no operator gives windows")]
    [InlineData("name: g\nsinks:\n- »out: { name: x }\n  from: words\n" + Source + Words, "sink 'out' is a Kafka topic, which only a graph with a Kafka source can write exactly once")]
    [InlineData("name: g\nsinks:\n- »out: { name: x }\n  from: late\n" + Topic + Words, "sink 'out' takes 'late', which the graph writes to the topic GRAPH.late anyway")]
    [InlineData("name: g\nsinks:\n- out: { name: x }\n  from: words\n- »out: { name: y }\n  id: two\n  from: words\n" + Topic + Words, "sink 'two' takes 'words', which sink 'out' writes to a topic already")]
    [InlineData("name: g\nruntime:\n  »worker: 3\n" + Source + Words, "section 'runtime' has no option 'worker' (did you mean 'workers'?)")]
    public void A_mistake_is_told_with_its_line_and_column(string marked, string message)
    {
        var at = marked.IndexOf('»', StringComparison.Ordinal);
        var line = marked[..at].Count(c => c == '\n') + 1;
        var column = at - marked.LastIndexOf('\n', at);

        var error = Assert.Throws<GraphException>(() => GraphReader.Read(YamlText.Read(marked.Replace("»", "", StringComparison.Ordinal), "g.yaml"), SmallCatalog.All()));

        Assert.Contains(error.Problems, p => p.Position == new SourcePosition("g.yaml", line, column) && p.Message.StartsWith(message, StringComparison.Ordinal));
        Assert.StartsWith("g.yaml:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file_and_each_once()
    {
        const string Yaml = "name: g\nsource: { memori: {} }\noperators:\n- words: { limit: many }\n- taly: {}\n- crowd: { x: 1 }\n";

        var error = Assert.Throws<GraphException>(() => GraphReader.Read(YamlText.Read(Yaml, "g.yaml"), SmallCatalog.All()));

        Assert.Equal([(2, 11), (4, 19), (5, 3), (6, 3), (6, 3), (6, 12)], error.Problems.Select(p => (p.Position.Line, p.Position.Column)));
    }

    [Fact]
    public void Yaml_and_code_give_the_same_plan()
    {
        const string Yaml = """
            name: g
            source:
              memory: { name: lines }
            operators:
              - words:
                  limit: 7
              - words: { mode: fancy }
                id: more
              - tally: {}
                from: more
              - crowd: {}
            sinks:
              - keep: {}
                from: [crowd, dead-letters]
            runtime:
              workers: 2
              checkpoint_interval: 1s
            """;
        var code = new GraphBuilder("g")
            .From("memory", new() { ["name"] = "lines" })
            .Then("words", new() { ["limit"] = 7 })
            .Then("words", new() { ["mode"] = "fancy" }, id: "more")
            .Then("tally", from: "more")
            .Then("crowd")
            .To("keep", null, null, "crowd", "dead-letters")
            .Runtime(new() { ["workers"] = 2, ["checkpoint_interval"] = TimeSpan.FromSeconds(1) })
            .Build(SmallCatalog.All());

        var read = GraphReader.Read(YamlText.Read(Yaml, "g.yaml"), SmallCatalog.All());

        Assert.Equal(PlanText.Text(Planner.Plan(read, null)), PlanText.Text(Planner.Plan(code, null)));
        Assert.Equal((2, TimeSpan.FromSeconds(1)), (code.Runtime.Workers, code.Runtime.CheckpointInterval));
        Assert.Equal((read.Runtime.Workers, read.Runtime.CheckpointInterval), (code.Runtime.Workers, code.Runtime.CheckpointInterval));
    }
}
