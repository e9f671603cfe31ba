using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>
/// Runs the operators of a graph over the posts of its tests, in this process, without its source and its sinks, and compares what leaves
/// them with what must.
/// </summary>
/// <param name="graph">The graph.</param>
public sealed class GraphTestRun(LogicalGraph graph)
{
    /// <summary>Properties of windows that name a row: of two with equal ones the later one counts.</summary>
    private static readonly ImmutableArray<string> _windowKey = ["window_start", "brand", "channel", "language"];

    /// <summary>How often a test's operators are restored from their state, about.</summary>
    private const int Restarts = 8;

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs a test, and then whether its results are the same where the operators are restored from their state meanwhile.</summary>
    /// <param name="test">The test.</param>
    /// <param name="looksAtAll">Whether all streams of windows, alerts, dead letters and late posts are kept, and not only those that the test names.</param>
    /// <param name="stop">Stops the run.</param>
    /// <exception cref="TaskException">An operator failed.</exception>
    public GraphTestOutcome Run(GraphTest test, bool looksAtAll, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(test);
        var named = test.Streams.Select(stream => stream.Stream);
        var all = named
            .Concat(graph.Operators.Where(op => op.Emits is StreamKind.Windows or StreamKind.Alerts).Select(op => op.Id))
            .Concat([SinkNode.DeadLetters, SinkNode.Late])
            .Distinct().ToImmutableArray();
        var run = Run(test, looksAtAll ? all : [.. named.Distinct()], OfflineCuts.Fewest, stop);
        ImmutableArray<GraphProblem> failures = [.. test.Streams.SelectMany(stream => Compare(stream, run.Streams[stream.Stream])), .. test.Ledger.SelectMany(count => Compare(count, run.Ledger))];
        if (failures.IsEmpty)
        {
            failures = [.. AfterRestarts(test, all, stop)];
        }

        return new GraphTestOutcome(test, failures, [.. run.Streams.Select(stream => (stream.Key, stream.Value.Select(row => row.GetRawText()).ToImmutableArray()))], run.Ledger);
    }

    /// <summary>
    /// Runs the posts with some cuts between them twice: once with operators that live on, once with others at each cut, which have the
    /// state that was stored there. What differs was not in the state.
    /// </summary>
    private IEnumerable<GraphProblem> AfterRestarts(GraphTest test, ImmutableArray<string> streams, CancellationToken stop)
    {
        var perBatch = Math.Clamp(test.Posts.Length / Restarts, 1, RecordBatch.DefaultCapacity);
        var through = Run(test, streams, new OfflineCuts(perBatch, Restores: false), stop);
        RunResult restored;
        try
        {
            restored = Run(test, streams, new OfflineCuts(perBatch, Restores: true), stop);
        }
        catch (StateException error)
        {
            return [new GraphProblem(test.Position, $"restored from its state: {error.Message}")];
        }

        var differences = streams.Select(stream => Difference(stream, through.Streams[stream], restored.Streams[stream])).OfType<string>();
        if (through.Ledger != restored.Ledger)
        {
            differences = differences.Append($"ledger is {restored.Ledger}, and without a restart {through.Ledger}");
        }

        return differences.Select(difference => new GraphProblem(test.Position, $"restored from its state every {perBatch} {(perBatch == 1 ? "post" : "posts")}: {difference}"));
    }

    private static string? Difference(string stream, List<JsonElement> through, List<JsonElement> restored)
    {
        for (var i = 0; i < Math.Max(through.Count, restored.Count); i++)
        {
            var (row, expected) = (Text(restored, i), Text(through, i));
            if (row != expected)
            {
                return $"{stream}: row {i + 1} is {row}, and without a restart {expected}";
            }
        }

        return null;

        static string Text(List<JsonElement> rows, int index) => index < rows.Count ? rows[index].GetRawText() : "not there";
    }

    private RunResult Run(GraphTest test, ImmutableArray<string> streams, OfflineCuts cuts, CancellationToken stop)
    {
        var kept = streams.ToDictionary(stream => stream, _ => new List<JsonElement>());
        var ledger = OfflineRun.Of(graph, test.Posts, streams.Where(IsOperator), cuts, test.Now is { } now ? new FixedTime(now) : TimeProvider.System, Keep, stop);
        foreach (var (stream, rows) in kept)
        {
            if (graph.Operators.Any(op => op.Id == stream && op.Emits == StreamKind.Windows))
            {
                KeepNewest(rows);
            }
        }

        return new RunResult(kept, ledger);

        void Keep(string stream, OutputRecord record)
        {
            if (kept.TryGetValue(stream, out var rows))
            {
                rows.Add(IsOperator(stream) ? WithTimes(record.Value) : Refused(record));
            }
        }
    }

    private static bool IsOperator(string stream) => stream is not (SinkNode.DeadLetters or SinkNode.Late);

    /// <summary>A record that was refused: its headers, and its bytes as <c>payload</c>.</summary>
    private static JsonElement Refused(OutputRecord record)
    {
        var row = new JsonObject();
        var headers = record.Headers;
        while (RecordHeaders.TryRead(ref headers, out var name, out var value))
        {
            row[Encoding.UTF8.GetString(name)] = Encoding.UTF8.GetString(value);
        }

        row["payload"] = Encoding.UTF8.GetString(record.Value);
        return JsonSerializer.SerializeToElement(row, _readable);
    }

    /// <summary>A row with its moments in ISO 8601.</summary>
    private static JsonElement WithTimes(ReadOnlySpan<byte> json)
    {
        var row = JsonNode.Parse(json)!.AsObject();
        foreach (var name in PostTime.Columns)
        {
            if (row[name] is JsonValue value && value.TryGetValue<long>(out var milliseconds))
            {
                row[name] = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
            }
        }

        return JsonSerializer.SerializeToElement(row, _readable);
    }

    /// <summary>Leaves the newest row of each window, and none of those that were taken back.</summary>
    private static void KeepNewest(List<JsonElement> rows)
    {
        var newest = new Dictionary<string, (long Version, JsonElement Row)>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var key = string.Join('\n', _windowKey.Select(name => row.TryGetProperty(name, out var value) ? value.GetRawText() : ""));
            var version = row.GetProperty("version").GetInt64();
            if (!newest.TryGetValue(key, out var known) || version >= known.Version)
            {
                newest[key] = (version, row);
            }
        }

        rows.Clear();
        rows.AddRange(newest.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Row).Where(row => row.GetProperty("posts").GetInt64() > 0));
    }

    private static IEnumerable<GraphProblem> Compare(StreamExpectation expected, List<JsonElement> rows)
    {
        var matching = new RowMatching(expected.Rows, rows);
        var unexpected = matching.Unexpected.ToList();
        foreach (var unmet in matching.Unmet.Select(index => expected.Rows[index]))
        {
            var nearest = unexpected.Select(row => unmet.Differences(rows[row])).OrderBy(differences => differences.Length).FirstOrDefault();
            yield return new GraphProblem(unmet.Position, $"{expected.Stream}: no row is {unmet}" + (nearest.IsDefault ? "" : $"; in the nearest one {string.Join(", ", nearest)}"));
        }

        if (expected.Count is { } count && count != rows.Count)
        {
            var some = string.Join(", ", unexpected.Take(3).Select(row => rows[row].GetRawText()));
            yield return new GraphProblem(expected.Position, $"{expected.Stream}: there should be {count} {(count == 1 ? "row" : "rows")}, and there {(rows.Count == 1 ? "is" : "are")} {rows.Count}{(some.Length > 0 ? $"; not expected: {some}" : "")}");
        }
    }

    private static IEnumerable<GraphProblem> Compare((string Column, long Count, SourcePosition Position) expected, Ledger ledger)
    {
        var actual = expected.Column switch
        {
            "consumed" => ledger.Consumed,
            "counted" => ledger.Counted,
            "unmatched" => ledger.Unmatched,
            "late" => ledger.Late,
            _ => ledger.Dead,
        };
        if (actual != expected.Count)
        {
            yield return new GraphProblem(expected.Position, $"ledger: {expected.Column} should be {expected.Count} and is {actual}");
        }
    }

    private readonly record struct RunResult(Dictionary<string, List<JsonElement>> Streams, Ledger Ledger);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
