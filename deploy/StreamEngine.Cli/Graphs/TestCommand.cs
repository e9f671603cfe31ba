using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using StreamEngine.Connectors.Files;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Runtime;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Graphs;

/// <summary><c>streamengine test</c>.</summary>
internal static class TestCommand
{
    private const string Description = "Run a graph's tests: posts go in, and the windows, alerts and refused posts that come out are compared with what must.";

    private const string Notes =
        """
        The tests of GRAPH.yaml are in GRAPH.test.yaml beside it. Operators run as they are, without the graph's source and sinks.

          tests:
            - name: A complaint counts for the brand that it names
              now: 2026-03-01T12:00:00Z          # the clock; the machine's where it is not given
              posts: |                           # or posts_file: posts.jsonl.gz
                {"id":"1","time":"2026-03-01T10:00:05Z","text":"@delta lost my bag again, awful"}
                {"id":"2","time":"2026-03-01T10:00:09Z","text":"what a lovely day"}
              expect:
                window: [ { brand: Delta, posts: 1, negative: 1 } ]       # all rows there may be, those properties that are named
                spikes: { count: 0 }                                      # or { rows: [ … ] }: these among others
                dead-letters: []
                ledger: { counted: 1, unmatched: 1 }

        A value is a number, "> 3", a text with * for any text, a time as in ISO 8601, or ~ where the property must be absent. Of a window
        its newest row counts.

        What passes is run twice more with cuts between its posts: once straight through, and once with operators that are made anew from
        their stored state at each cut, as after a kill. Where that gives other results, the test fails and shows the first difference.

        Exit codes: 0 all passed, 1 some failed, 2 the graph or its tests are wrong.

        Examples:
          streamengine test brand-sentiment.yaml
          streamengine test brand-sentiment.yaml --show              see what comes out, to write a test by
          streamengine test brand-sentiment.yaml --only complaint --set operators.window.size=5m
        """;

    public static Command Create()
    {
        var graph = new GraphArguments();
        var tests = new Option<string?>("--tests") { Description = "The file of tests; GRAPH.test.yaml where it is not given.", HelpName = "FILE" };
        var only = new Option<string?>("--only") { Description = "Only tests with this in their names.", HelpName = "TEXT" };
        var show = new Option<bool>("--show") { Description = "Print all rows that come out." };
        var json = new Option<bool>("--json") { Description = "One JSON object per test." };
        var command = new Command("test", Description) { tests, only, show, json };
        graph.AddTo(command);
        command.SetAction((parsed, stop) => Task.Run(() => graph.WithGraph(parsed, g => Run(
            g,
            parsed.GetValue(tests) ?? GraphTestFile.PathFor(graph.File(parsed)),
            parsed.GetValue(only) ?? "",
            new Report(parsed.InvocationConfiguration, parsed.GetValue(json), parsed.GetValue(show)),
            stop)), CancellationToken.None));
        HelpNotes.Attach(command, Notes);
        return command;
    }

    private static int Run(LogicalGraph graph, string file, string only, Report report, CancellationToken stop)
    {
        ImmutableArray<GraphTest> tests;
        try
        {
            tests = [.. GraphTestFile.Read(file, graph, LineReader.ReadFile).Where(test => test.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        }
        catch (GraphException wrong)
        {
            return report.Wrong(wrong.Problems);
        }

        if (tests.IsEmpty)
        {
            return report.Wrong([new GraphProblem(new SourcePosition(file, 0, 0), $"no test has '{only}' in its name")]);
        }

        var run = new GraphTestRun(graph);
        var failed = 0;
        try
        {
            foreach (var test in tests)
            {
                var outcome = run.Run(test, report.Shows, stop);
                failed += outcome.Failures.IsEmpty ? 0 : 1;
                report.Tell(outcome);
            }
        }
        catch (Exception error) when (error is TaskException or OperationCanceledException)
        {
            return report.Stopped(error);
        }

        report.Sum(tests.Length - failed, failed);
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Prints what came of tests.</summary>
    private sealed class Report(InvocationConfiguration console, bool json, bool shows)
    {
        public bool Shows => shows;

        public int Wrong(IEnumerable<GraphProblem> problems)
        {
            foreach (var problem in problems)
            {
                console.Error.WriteLine(problem);
            }

            return ExitCode.Usage;
        }

        public int Stopped(Exception error)
        {
            console.Error.WriteLine("streamengine: " + (error is OperationCanceledException ? "stopped" : error.Message));
            return ExitCode.Failed;
        }

        public void Tell(GraphTestOutcome outcome)
        {
            if (json)
            {
                console.Output.WriteLine(JsonSerializer.Serialize(Summary(outcome)));
                return;
            }

            console.Output.WriteLine($"{(outcome.Failures.IsEmpty ? "ok    " : "FAILED")}  {outcome.Test.Name}");
            foreach (var failure in outcome.Failures)
            {
                console.Output.WriteLine($"        {failure}");
            }

            if (shows)
            {
                console.Output.WriteLine($"        posts: {outcome.Ledger}");
                foreach (var (stream, rows) in outcome.Streams)
                {
                    console.Output.WriteLine($"        {stream}: {(rows.IsEmpty ? "[]" : "")}");
                    foreach (var row in rows)
                    {
                        console.Output.WriteLine($"          - {row}");
                    }
                }
            }
        }

        public void Sum(int passed, int failed)
        {
            if (!json)
            {
                console.Output.WriteLine($"{passed} passed, {failed} failed");
            }
        }

        private object Summary(GraphTestOutcome outcome) => new
        {
            test = outcome.Test.Name,
            passed = outcome.Failures.IsEmpty,
            failures = outcome.Failures.Select(failure => failure.ToString()),
            streams = shows ? outcome.Streams.ToDictionary(stream => stream.Stream, stream => stream.Rows.Select(row => JsonSerializer.Deserialize<JsonElement>(row))) : null,
        };
    }
}
