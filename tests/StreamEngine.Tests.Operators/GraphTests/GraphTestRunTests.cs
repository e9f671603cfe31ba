using System.Collections.Immutable;
using System.Reactive.Linq;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.GraphTests;

public sealed class GraphTestRunTests : IDisposable
{
    private const string Posts = """
            posts: |
              {"id":"1","time":"2026-03-01T10:00:05Z","channel":"x","text":"acme is awful, the worst"}
              {"id":"2","time":"2026-03-01T10:00:06Z","channel":"x","text":"bolt is great, I love it"}
              {"id":"3","time":"2026-03-01T10:01:06Z","channel":"web","text":"acme is great, I love it"}
              {"id":"4","time":"2026-03-01T09:00:00Z","channel":"web","text":"acme is great, I love it"}
              {"id":"5","text":"acme"}
              {"id":"6","time":"2026-03-01T10:01:06Z","text":"nobody"}
        """;

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("window: [ { brand: Acme, negative: 1 }, { brand: Bolt }, { brand: Acme, channel: web, positive: 1 } ]")]
    [InlineData("window: { count: 3 }")]
    [InlineData("window: { rows: [ { brand: Acme, window_start: 2026-03-01T10:01Z } ], count: 3 }")]
    [InlineData("window: { rows: [ { mean_score: '< 0', posts: '>= 1', reach: 0, is_final: 1, channel: '*' } ] }")]
    [InlineData("late: [ { offset: 3, operator: window, payload: '*acme*' } ]")]
    [InlineData("dead-letters: [ { offset: 4, operator: decode, error: 'no time*' } ]")]
    [InlineData("decode: { rows: [ { id: 1, brand: ~, sentiment: ~ }, { id: 6 } ], count: 5 }")]
    [InlineData("match: { rows: [ { id: 1, brand: Acme, score: ~, sentiment: ~ } ], count: 4 }")]
    [InlineData("sentiment: { count: 4 }\n      late: { count: 1 }\n      ledger: { consumed: 6, counted: 3, unmatched: 1, late: 1, dead: 1 }")]
    [InlineData("ledger: { consumed: 6, counted: 3, unmatched: 1, late: 1, dead: 1 }")]
    [InlineData("sentiment: { rows: [ { id: 1, brand: Acme, sentiment: negative }, { id: 2, sentiment: positive } ] }")]
    public void What_is_as_it_must_be_passes(string expect) => Assert.Empty(Failures(expect));

    [Theory]
    [InlineData("window: [ { brand: Acme }, { brand: Bolt } ]", "there should be 2 rows, and there are 3")]
    [InlineData("window: { count: 4 }", "there should be 4 rows, and there are 3")]
    [InlineData("window: { rows: [ { brand: Acme, posts: 2 } ] }", "no row is { brand: Acme, posts: 2 }; in the nearest one posts is 1")]
    [InlineData("window: { rows: [ { brand: Bolt }, { brand: Bolt } ] }", "no row is { brand: Bolt }")]
    [InlineData("window: { rows: [ { brand: Bolt, reach: ~ } ] }", "reach is there: 0")]
    [InlineData("window: { rows: [ { brand: Bolt, mood: good } ] }", "mood is missing")]
    [InlineData("window: { rows: [ { brand: Bolt, posts: '> 1' } ] }", "posts is 1")]
    [InlineData("window: { rows: [ { brand: Bolt, window_start: 2026-03-01T10:01Z } ] }", "window_start is 2026-03-01T10:00:00Z")]
    [InlineData("late: []", "there should be 0 rows, and there is 1")]
    [InlineData("dead-letters: [ { error: 'no text*' } ]", "error is no time")]
    [InlineData("ledger: { counted: 4 }", "ledger: counted should be 4 and is 3")]
    public void What_is_not_is_told_with_its_place(string expect, string message)
    {
        var failure = Failures(expect)[0];

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(("graph.test.yaml", true), (Path.GetFileName(failure.Position.File), failure.Position.Line > 10));
    }

    [Fact]
    public void A_row_meets_one_expectation_and_all_are_met_if_that_can_be()
    {
        // Taken in order, the first expectation would use up the row that only the second can have.
        Assert.Empty(Failures("window: [ { posts: 1 }, { brand: Bolt }, { channel: web } ]"));
        Assert.Empty(Failures("window: [ { channel: x }, { brand: Bolt, channel: x }, { posts: 1 } ]"));
    }

    [Fact]
    public void The_newest_row_of_a_window_counts_and_a_session_taken_back_does_not()
    {
        const string posts = """
                posts: |
                  {"id":"1","time":"2026-03-01T10:00:00Z","text":"acme"}
                  {"id":"2","time":"2026-03-01T10:00:50Z","text":"acme"}
                  {"id":"3","time":"2026-03-01T10:00:25Z","text":"acme"}
            """;

        Assert.Empty(Failures("window: [ { posts: 3, window_start: 2026-03-01T10:00:00Z } ]", posts, "{ session: 30s, max_disorder: 1m }"));
    }

    [Fact]
    public void The_clock_says_what_the_test_says()
    {
        Assert.Empty(Failures("dead-letters: { count: 5 }", "    now: 2020-01-01\n" + Posts, "{ size: 1m, max_future: 1m }"));
    }

    [Fact]
    public void The_graphs_own_source_sinks_and_state_are_not_touched()
    {
        var graph = Graph("{ size: 1m }");
        Assert.Empty(new GraphTestRun(graph).Run(Assert.Single(Read(graph, "ledger: { consumed: 6 }", Posts)), looksAtAll: true, CancellationToken.None).Failures);
        Assert.False(Directory.Exists(_folder["state"]));
    }

    [Fact]
    public void What_an_operator_goes_by_and_does_not_store_fails_the_test_with_what_differs_after_a_restart()
    {
        var forgetful = new RxDefinition("every-second", (batches, _) =>
        {
            var seen = 0;
            return batches.Do(batch =>
            {
                for (var row = 0; row < batch.RowCount; row++)
                {
                    if (seen++ % 2 == 1)
                    {
                        batch.Drop(row, RecordFate.Unmatched);
                    }
                }

                batch.RemoveDropped();
            });
        });
        _ = TestedGraph.Read(_folder, "{ size: 1m }");
        var graph = new GraphBuilder("tested")
            .From("never")
            .Then("decode")
            .Then("match", new() { ["brands"] = _folder["brands.yaml"] })
            .Then("sentiment")
            .Then(forgetful)
            .Then("window", new() { ["size"] = "1m" })
            .To("refusing")
            .Build(TestedGraph.Catalog);

        var outcome = new GraphTestRun(graph).Run(Assert.Single(Read(graph, "ledger: { counted: 2 }", Posts)), looksAtAll: false, CancellationToken.None);

        Assert.Equal(["window", "late", "ledger"], outcome.Failures.Select(f => f.Message.Split(": ")[1].Split(' ')[0]));
        Assert.All(outcome.Failures, f => Assert.StartsWith("restored from its state every 1 post: ", f.Message, StringComparison.Ordinal));
        Assert.Contains(", and without a restart ", outcome.Failures[0].Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ImmutableArray<GraphProblem> Failures(string expect, string posts = Posts, string window = "{ size: 1m, lateness: 10m }")
    {
        var graph = Graph(window);
        return new GraphTestRun(graph).Run(Assert.Single(Read(graph, expect, posts)), looksAtAll: false, CancellationToken.None).Failures;
    }

    private ImmutableArray<GraphTest> Read(LogicalGraph graph, string expect, string posts)
    {
        File.WriteAllText(_folder["graph.test.yaml"], $"tests:\n  - name: this\n{posts}\n    expect:\n      {expect}\n");
        return GraphTestFile.Read(_folder["graph.test.yaml"], graph, TestedGraph.ReadLines);
    }

    private LogicalGraph Graph(string window) => TestedGraph.Read(_folder, window);
}
