using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Core.Runtime;

public sealed class LocalRuntimeTests
{
    [Fact]
    public async Task A_graph_over_a_source_with_an_end_gives_the_counts_of_a_plain_loop_and_flushes_every_sink()
    {
        var lines = Enumerable.Range(0, 100).Select(i => $"{(i % 3 == 0 ? "Alder" : i % 7 == 0 ? "bad" : "refuse")} {i}").ToList();
        var sink = new MemorySink();
        var ledgers = new List<Ledger>();
        var runtime = Runtime(lines, sink, ledgers.Add);

        var ledger = await runtime.RunAsync(CancellationToken.None);

        Assert.Equal(new Ledger(100, 100 - lines.Count(l => l.StartsWith("bad", StringComparison.Ordinal)), 0, 0, lines.Count(l => l.StartsWith("bad", StringComparison.Ordinal))), ledger);
        Assert.Equal(ledger, ledgers[^1]);
        Assert.All(ledgers, l => Assert.True(l.IsBalanced));
        // What the sink refuses is skipped, and the rest goes on.
        var counts = sink.Flushed.Where(r => r.Input == "tally").Select(r => JsonDocument.Parse(r.Value).RootElement).ToList();
        Assert.All(counts, c => Assert.Equal("Alder", c.GetProperty("brand").GetString()));
        Assert.Equal(lines.Count(l => l.StartsWith("Alder", StringComparison.Ordinal)), counts.Max(c => c.GetProperty("posts").GetInt64()));
        Assert.Equal(lines.Where(l => l.StartsWith("bad", StringComparison.Ordinal)), sink.Flushed.Where(r => r.Input == "dead-letters").Select(r => r.Value));
    }

    [Fact]
    public async Task A_run_that_is_stopped_ends_with_the_cancellation()
    {
        using var stop = new CancellationTokenSource();
        var runtime = Runtime([.. Enumerable.Repeat("Alder x", 100)], new MemorySink(), _ => stop.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runtime.RunAsync(stop.Token));
    }

    private static LocalRuntime Runtime(IReadOnlyList<string> lines, MemorySink sink, Action<Ledger> progress)
    {
        var graph = new GraphBuilder("g").From("memory", new() { ["name"] = "lines" }).Then("words").Then("tally")
            .To("keep", null, null, "tally", "dead-letters").Build(SmallCatalog.All(new MemorySource(lines), sink));
        return new LocalRuntime(Planner.Plan(graph, null), TimeProvider.System, NullLoggerFactory.Instance) { Progress = progress };
    }
}
