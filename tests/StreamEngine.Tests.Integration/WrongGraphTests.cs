namespace StreamEngine.Tests.Integration;

/// <summary>What a data engineer is told about a graph that is wrong: every problem, with its place and what to do.</summary>
public sealed class WrongGraphTests
{
    private const string ManyProblems = """
        name: wrong
        source:
          kafka:
            topic: posts
            brokerz: localhost:9092
        operators:
          - decode:
              max_byte: 10
          - match:
              brands: missing.yaml
          - windoww:
              size: 1m
        """;

    [Theory]
    [InlineData("validate")]
    [InlineData("run")]
    public async Task Every_problem_is_told_with_file_line_and_column_and_the_nearest_right_word(string command)
    {
        using var folder = new TempFolder();
        var graph = folder["graph.yaml"];
        File.WriteAllText(graph, ManyProblems);

        var outcome = await Product.Run(command, graph);

        Assert.Equal(2, outcome.ExitCode);
        var lines = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Collection(
            lines,
            line => Assert.StartsWith($"{graph}:5:5: source 'kafka' has no option 'brokerz' (did you mean 'brokers'?)", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"{graph}:8:7: operator 'decode' has no option 'max_byte' (did you mean 'max_bytes'?)", line, StringComparison.Ordinal),
            line => Assert.Equal($"{graph}:10:15: match: the file of option 'brands' does not exist: {folder["missing.yaml"]}", line),
            line => Assert.StartsWith($"{graph}:11:5: there is no operator 'windoww' (did you mean 'window'?)", line, StringComparison.Ordinal));
        Assert.Equal("", outcome.Output);
    }

    [Theory]
    [InlineData("operators:\n  - decode: {}\n  - window:\n      size: 1m\n", ":3:5: operator 'window' needs the column brand: dictionary, which operator 'decode' does not give; there are: id, time, author, channel, language, text, reach. Operators that add it: match")]
    [InlineData("operators:\n  - decode: {]\n", ":2:14: is not valid YAML")]
    [InlineData("operators:\n  - decode: [\n", ":2:13: is not valid YAML behind here: a bracket")]
    [InlineData("operators:\n  - decode:\n      text: ${STREAMENGINE_TEST_UNSET}\n", ":3:13: the environment variable STREAMENGINE_TEST_UNSET is not set")]
    [InlineData("operators:\n  - decode: {}\nsinks:\n  - file:\n      path: out.jsonl\n", ":4:5: sink 'file' takes nothing")]
    [InlineData("operators:\n  - decode: {}\nsinks:\n  - kafka:\n      topic: refused\n    from: dead-letters\n", ":4:5: sink 'kafka' takes 'dead-letters', which the graph writes to the topic GRAPH.dead-letters anyway")]
    public async Task A_problem_is_told_with_its_place(string operators, string message)
    {
        using var folder = new TempFolder();
        var graph = folder["graph.yaml"];
        File.WriteAllText(graph, operators + "name: wrong\nsource: { kafka: { topic: posts } }\n");

        var outcome = await Product.Run("validate", graph);

        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith(graph + message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_set_on_the_command_line_is_named_without_its_value_which_may_be_a_password()
    {
        using var folder = new TempFolder();
        var graph = PostStream.WriteGraph(folder);

        var misspelt = await Product.Run("validate", graph, "--set", "source.kafka.settings.sasl.passwort=hunter2");
        var wrongPlace = await Product.Run("validate", graph, "--set", "operators.windo.size=hunter2");
        var right = await Product.Run("validate", graph, "--set", "operators.match.brands=" + folder["brands.yaml"], "--set", "source.kafka.settings.sasl.password=hun: {ter2");

        Assert.Equal((2, 2, 0), (misspelt.ExitCode, wrongPlace.ExitCode, right.ExitCode));
        Assert.Contains("There is no Kafka setting 'sasl.passwort' (did you mean 'sasl.password'?)", misspelt.Error, StringComparison.Ordinal);
        Assert.StartsWith("--set operators.windo.size: there is no 'windo' in the list (did you mean 'window'?)", wrongPlace.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", misspelt.Error + wrongPlace.Error, StringComparison.Ordinal);
    }
}
