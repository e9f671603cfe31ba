using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

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

    [Fact]
    public async Task A_graph_that_keeps_its_state_is_stopped_anywhere_and_gone_on_with_and_counts_every_line_once()
    {
        using var folder = new TempFolder();
        var lines = Enumerable.Range(0, 100).Select(i => $"{(i % 3 == 0 ? "Alder" : i % 7 == 0 ? "bad" : "Birch")} {i}").ToList();
        var (ledger, runs, counts) = (default(Ledger), 0, new Dictionary<string, long>());
        for (LocalRuntime? runtime = null; runtime is null or { StoppedAt: not null }; runs++)
        {
            using var stop = new CancellationTokenSource();
            var sink = new MemorySink();
            var before = ledger.Consumed;
            runtime = Runtime(lines, sink, l => (l.Consumed >= before + 20 ? stop : null)?.Cancel(), folder["state"]);
            ledger = await runtime.RunAsync(stop.Token);
            Assert.Equal(runtime.StoppedAt ?? 100, ledger.Consumed);
            foreach (var row in sink.Flushed.Where(r => r.Input == "tally").Select(r => JsonDocument.Parse(r.Value).RootElement))
            {
                counts[row.GetProperty("brand").GetString()!] = row.GetProperty("posts").GetInt64();
            }
        }

        Assert.InRange(runs, 4, 6);
        long Of(string kind) => lines.Count(l => l.StartsWith(kind, StringComparison.Ordinal));
        Assert.Equal(new Ledger(100, Of("Alder") + Of("Birch"), 0, 0, Of("bad")), ledger);
        Assert.Equal((Of("Alder"), Of("Birch")), (counts["Alder"], counts["Birch"]));
    }

    [Fact]
    public async Task State_of_another_source_and_a_damaged_file_are_refused_before_a_sink_is_touched()
    {
        using var folder = new TempFolder();
        await Runtime(["Alder 1"], new MemorySink(), _ => { }, folder["state"]).RunAsync(CancellationToken.None);
        var untouched = new MemorySink();

        var other = await Assert.ThrowsAsync<IncompatibleStateException>(() => Runtime(["Alder 1"], untouched, _ => { }, folder["state"], "others").RunAsync(CancellationToken.None));
        Assert.Contains("its positions are those of 'lines', and the graph now reads 'others'", other.Message, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(folder["state/g.state"]);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(folder["state/g.state"], bytes);
        var damaged = await Assert.ThrowsAsync<StateException>(() => Runtime(["Alder 1"], untouched, _ => { }, folder["state"]).RunAsync(CancellationToken.None));
        Assert.Contains("its checksum is wrong", damaged.Message, StringComparison.Ordinal);
        Assert.Empty(untouched.Flushed);
    }

    [Fact]
    public async Task State_goes_on_with_a_source_that_has_grown_and_not_with_another_one_of_its_name()
    {
        using var folder = new TempFolder();
        string[] monday = ["Alder 1", "Birch 2"];
        Assert.Equal(2, (await Runtime(monday, new MemorySink(), _ => { }, folder["state"]).RunAsync(CancellationToken.None)).Consumed);
        Assert.Equal(3, (await Runtime([.. monday, "Alder 3"], new MemorySink(), _ => { }, folder["state"]).RunAsync(CancellationToken.None)).Consumed);
        var stored = await File.ReadAllBytesAsync(folder["state/g.state"]);

        foreach (string[] other in new string[][] { ["Birch 1", "Birch 2", "Alder 3", "Alder 4"], monday, [] })
        {
            var sink = new MemorySink();
            var refused = await Assert.ThrowsAsync<IncompatibleStateException>(() => Runtime(other, sink, _ => { }, folder["state"]).RunAsync(CancellationToken.None));
            Assert.Contains("its positions are those of another 'lines', which began in another way", refused.Message, StringComparison.Ordinal);
            Assert.Contains(folder["state/g.state"], refused.Message, StringComparison.Ordinal);
            Assert.Empty(sink.Flushed);
        }

        Assert.Equal(stored, await File.ReadAllBytesAsync(folder["state/g.state"]));
    }

    [Fact]
    public async Task State_of_a_program_that_did_not_note_how_a_source_begins_is_gone_on_with()
    {
        using var folder = new TempFolder();
        await Runtime(["Alder 1", "Birch 2"], new MemorySink(), _ => { }, folder["state"]).RunAsync(CancellationToken.None);
        var stored = Savepoint.Read(folder["state/g.state"]);
        Assert.NotNull(stored.Shape.SourceId);
        new Savepoint { Graph = stored.Graph, Shape = stored.Shape with { SourceId = null }, TakenAt = stored.TakenAt, Partitions = stored.Partitions }.Write(folder["state/g.state"]);

        Assert.Equal(3, (await Runtime(["Birch 1", "Birch 2", "Alder 3"], new MemorySink(), _ => { }, folder["state"]).RunAsync(CancellationToken.None)).Consumed);

        Assert.NotNull(Savepoint.Read(folder["state/g.state"]).Shape.SourceId);
    }

    private static LocalRuntime Runtime(IReadOnlyList<string> lines, MemorySink sink, Action<Ledger> progress, string? state = null, string source = "lines")
    {
        var graph = new GraphBuilder("g").Runtime(state is null ? [] : new() { ["state"] = state }).From("memory", new() { ["name"] = source }).Then("words").Then("tally")
            .To("keep", null, null, "tally", "dead-letters").Build(SmallCatalog.All(new MemorySource(lines), sink));
        return new LocalRuntime(Planner.Plan(graph, null), TimeProvider.System, NullLoggerFactory.Instance) { Progress = progress };
    }
}
