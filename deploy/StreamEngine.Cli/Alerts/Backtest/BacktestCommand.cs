using System.CommandLine;
using StreamEngine.Core.Graph;
using StreamEngine.Operators;

namespace StreamEngine.Cli.Alerts;

/// <summary><c>streamengine alerts backtest</c>.</summary>
internal static class BacktestCommand
{
    private const string Description = "Judge past counts or posts with the detector of 'spikes', offline.";

    private const string Notes =
        """
        --series reads CSV with the columns timestamp,value and writes timestamp,value,anomaly_score,alert: a score from
        0 to 1 (0.5 is the threshold) that depends on a row and those before it only. There is no sentiment in a series:
        what rises is judged as it is, without gates on shares and counts.

        --posts reads JSON lines in the order of their times and runs them through a graph without its source and sinks.
        With --incidents FILE.csv (columns brand,start,end) it says which of those were found, after how long, and what
        else was raised. With --drills it injects rises of a tone into the posts, N at random times, one per brand and run,
        and says how many were found and how soon; what is usual is the brand's mean over the file.

        Exit codes: 0 done, 1 failed, 2 wrong usage.

        Examples:
          streamengine alerts backtest --series mentions.csv > scored.csv
          streamengine alerts backtest --series a.csv b.csv --output scored --alert-budget 0.5
          streamengine alerts backtest --posts week.jsonl --graph brand-sentiment.yaml --json
          streamengine alerts backtest --posts week.jsonl --incidents known.csv
          streamengine alerts backtest --posts week.jsonl --drills 100 --factor 4 --minutes 60 --seed 7
        """;

    public static Command Create()
    {
        var series = new Option<string[]>("--series") { Description = "Series of counts.", HelpName = "FILE.csv", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string?>("--output") { Description = "Where scored series go: a file, or with several series a folder. [default: standard output]", HelpName = "PATH" };
        var budget = NumberOption.Of("--alert-budget", "With --series: how many false alerts a week are allowed.", 1.0, budget => budget > 0, "a number above 0, written with a point");
        var history = new Option<string>("--history") { Description = "With --series: after how long a point counts half for the usual level.", HelpName = "DURATION", DefaultValueFactory = _ => "7d" };
        var posts = new Option<string?>("--posts") { Description = "Posts, plain or gzip.", HelpName = "FILE.jsonl" };
        var graph = new Option<string?>("--graph") { Description = "The graph that judges posts. [default: brand-sentiment.yaml as shipped]", HelpName = "GRAPH.yaml" };
        var set = new Option<string[]>("--set") { Description = "Set a value over the graph's: --set operators.spikes.min_negative=5. May be given several times.", HelpName = "PATH=VALUE", DefaultValueFactory = _ => [] };
        var incidents = new Option<string?>("--incidents") { Description = "Incidents that are known: columns brand,start,end.", HelpName = "FILE.csv" };
        var json = new Option<bool>("--json") { Description = "With --posts: print the summary as one JSON object." };
        var drills = DrillArguments.Create();
        var command = new Command("backtest", Description) { series, output, budget, history, posts, graph, set, incidents, json };
        drills.AddTo(command);
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Tokens.Count: > 0 };
            var (many, one) = (result.GetValue(series) ?? [], result.GetValue(posts));
            if ((many.Length == 0) == (one is null))
            {
                result.AddError("Give either --series or --posts.");
            }
            else if (one is null && (result.GetValue(incidents) is not null || result.GetValue(json) || result.GetValue(graph) is not null || drills.Wanted(result)))
            {
                result.AddError("--incidents, --drills, --graph and --json go with --posts.");
            }
            else if (one is not null && result.GetValue(output) is not null)
            {
                result.AddError("--output goes with --series.");
            }
            else if (many.Length > 1 && result.GetValue(output) is null)
            {
                result.AddError("Several series need --output: the folder that the scored ones go to.");
            }
            else if (one is not null && (Given(budget) || Given(history)))
            {
                result.AddError("--alert-budget and --history go with --series; with --posts set the graph's: --set operators.spikes.alert_budget=0.5");
            }
            else if (result.GetResult(history) is { Tokens.Count: > 0 } && !Durations.TryParse(result.GetValue(history), out _))
            {
                result.AddError("--history must be a duration like 12h or 7d.");
            }
        });
        HelpNotes.Attach(command, Notes);
        command.SetAction((parsed, stop) => Task.Run(() => Guard(parsed, () =>
        {
            if (parsed.GetValue(posts) is not { } file)
            {
                var memory = Durations.TryParse(parsed.GetValue(history), out var given) ? given : TimeSpan.FromDays(7);
                return SeriesBacktest.Run(parsed.GetValue(series)!, parsed.GetValue(output), parsed.GetValue(budget), memory, parsed.InvocationConfiguration);
            }

            var path = parsed.GetValue(graph) ?? Path.Combine(AppContext.BaseDirectory, "graphs", "brand-sentiment.yaml");
            var backtest = new GraphBacktest(GraphReader.ReadFile(path, Graphs.GraphCatalog.All, parsed.GetValue(set) ?? []));
            return new PostsBacktest(backtest, file, parsed.GetValue(incidents), drills.Read(parsed), parsed.InvocationConfiguration)
                .Run(parsed.GetValue(json), stop);
        }), CancellationToken.None));
        return command;
    }

    private static int Guard(ParseResult parsed, Func<int> work)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            return work();
        }
        catch (GraphException wrong)
        {
            foreach (var problem in wrong.Problems)
            {
                error.WriteLine(problem);
            }

            return ExitCode.Usage;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException or OperationCanceledException)
        {
            error.WriteLine("streamengine: " + (failure is OperationCanceledException ? "stopped" : failure.Message));
            return ExitCode.Failed;
        }
    }
}
