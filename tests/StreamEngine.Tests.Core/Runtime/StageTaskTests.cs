using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Text.Json;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Core.Runtime;

public sealed class StageTaskTests
{
    private static readonly string[] _kinds = ["Alder", "Birch", "twice", "-", "bad", "boom"];

    private static readonly GraphPlan _tally = TaskBench.PlanOf(g => g.Then("words").Then("tally").To("out", new() { ["name"] = "tallies" }));

    [Fact]
    public void A_record_that_makes_an_operator_throw_is_a_dead_letter_and_the_others_are_counted_once()
    {
        using var bench = new TaskBench(_tally);

        bench.Take("Alder 1", "bad 2", "boom 3", "twice 4", "- 5", "boom 6", "Alder 7");
        bench.Task.Push();

        Assert.Equal(new Ledger(7, 3, 1, 0, 3), bench.Task.Ledger);
        var letters = bench.Waiting(TopicRole.DeadLetters);
        Assert.Equal(
            [("bad 2", "1", "words", "bad line"), ("boom 3", "2", "words", "InvalidOperationException: it went boom"), ("boom 6", "5", "words", "InvalidOperationException: it went boom")],
            letters.Select(l => (l.Value, Header(l, "offset"u8), Header(l, "operator"u8), Header(l, "error"u8))).OrderBy(l => l.Item2));
        Assert.All(letters, l => Assert.Equal(("g", "posts", "0"), (Header(l, "graph"u8), Header(l, "source"u8), Header(l, "partition"u8))));
        Assert.Equal("""{"Alder":2,"twice":2}""", Counts(bench));
    }

    [Fact]
    public void Whatever_the_records_and_wherever_the_task_is_cut_and_restored_each_is_counted_once_and_the_ledger_balances()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, 200).Select(i => $"{_kinds[random.Next(_kinds.Length)]} {i}").ToList();
            var state = new StateImage();
            var aggregateState = new StateImage();
            var windows = new Dictionary<string, long>();
            var next = 0;
            while (next < lines.Count)
            {
                using var ingest = new TaskBench(_tally, StageKind.Ingest, state);
                using var aggregate = new TaskBench(_tally, StageKind.Aggregate, aggregateState);
                Assert.Equal(next == 0 ? -1 : next, ingest.Task.NextOffset);
                for (var cuts = random.Next(1, 4); cuts > 0; cuts--)
                {
                    var count = Math.Min(random.Next(40), lines.Count - next);
                    ingest.Take(lines.Skip(next).Take(count));
                    next += count;
                    ingest.Commit().ForEach(record => aggregate.Task.Take(Math.Max(0, aggregate.Task.NextOffset), 0, default, record));
                }

                // What comes after the last cut is lost with the task, and taken again by the next one.
                ingest.Take(lines.Skip(next).Take(random.Next(20)));
                ingest.Task.Push();
                aggregate.Task.Cut();
                foreach (var window in aggregate.Waiting(TopicRole.Windows).Select(w => JsonDocument.Parse(w.Value).RootElement))
                {
                    windows[window.GetProperty("brand").GetString()!] = window.GetProperty("posts").GetInt64();
                }

                aggregate.Commit();
            }

            using var last = new TaskBench(_tally, StageKind.Ingest, state);
            long Of(params string[] kinds) => lines.Count(l => kinds.Contains(l.Split(' ')[0]));
            Assert.Equal(new Ledger(lines.Count, Of("Alder", "Birch", "twice"), Of("-"), 0, Of("bad", "boom")), last.Task.Ledger);
            Assert.Equal((Of("Alder"), Of("Birch"), 2 * Of("twice")), (windows["Alder"], windows["Birch"], windows["twice"]));
        }
    }

    [Fact]
    public void A_partition_is_silent_while_all_that_comes_is_refused()
    {
        using var bench = new TaskBench(_tally);
        foreach (var (line, heard) in new[] { ("Alder 1", 1), ("bad 2", 1), ("boom 3", 1), ("- 4", 4), ("bad 5", 4) })
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            bench.Take(line);
            bench.Task.Push();
            Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(heard), bench.Task.LastRecordAt);
        }
    }

    [Fact]
    public void What_an_operator_counts_of_its_own_is_told_as_of_the_last_cut()
    {
        using var bench = new TaskBench(_tally);
        Assert.Equal(new OperatorCount("tally", "rows", 0), Assert.Single(bench.Task.Counts));
        bench.Take("Alder 1", "twice 2");
        bench.Commit();
        bench.Take("Birch 3");
        bench.Task.Push();
        Assert.Equal(new OperatorCount("tally", "rows", 3), Assert.Single(bench.Task.Counts));
        bench.Commit();
        Assert.Equal(new OperatorCount("tally", "rows", 4), Assert.Single(bench.Task.Counts));
    }

    [Fact]
    public void Nothing_is_sent_on_before_a_cut_and_then_position_and_state_come_with_it()
    {
        using var bench = new TaskBench(_tally);
        bench.Take("Alder 1", "Birch 2");
        bench.Task.Push();

        Assert.Empty(bench.Waiting(TopicRole.Partials));
        Assert.Empty(bench.Waiting(TopicRole.State));
        bench.Task.Cut();
        Assert.Single(bench.Waiting(TopicRole.Partials));
        Assert.Equal(3, bench.Waiting(TopicRole.State).Count);
    }

    [Fact]
    public void A_record_that_an_operator_drops_without_a_word_stops_the_task()
    {
        using var bench = new TaskBench(_tally);
        bench.Take("Alder 1", "lost 2");

        var error = Assert.Throws<TaskException>(bench.Task.Push);

        Assert.Contains("stage ingest, posts[0]: the ledger does not balance (consumed 2 = counted 1 + unmatched 0 + late 0 + dead 0, UNACCOUNTED 1)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("thread")]
    [InlineData("swallow")]
    [InlineData("replay")]
    public void A_query_that_does_not_hand_batches_on_during_the_call_is_refused_by_name(string kind)
    {
        var kept = new System.Reactive.Subjects.Subject<RecordBatch>();
        var query = new RxDefinition("my-query", (source, _) => kind switch
        {
            "thread" => source.ObserveOn(NewThreadScheduler.Default),
            "swallow" => source.Where(_ => false),
            _ => source.Do(kept.OnNext).Where(_ => false).Merge(kept.Delay(TimeSpan.FromMilliseconds(1))),
        });
        using var bench = new TaskBench(TaskBench.PlanOf(g => g.Then("words").Then(query)));
        bench.Take("Alder 1");

        var error = Assert.Throws<TaskException>(bench.Task.Push);

        Assert.StartsWith("stage ingest, posts[0]: operator 'my-query' does not hand batches on during the call that brings them", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_window_and_behind_a_sink_too_a_query_must_hand_every_batch_on()
    {
        var query = new RxDefinition("my-query", (source, _) => source.Where(_ => false));
        using var behindSink = new TaskBench(TaskBench.PlanOf(g => g.Then("words").Then(query).To("out", new() { ["name"] = "rows" }, null, "words")));
        behindSink.Take("Alder 1");
        Assert.Contains("'my-query' does not hand batches on", Assert.Throws<TaskException>(behindSink.Task.Push).Message, StringComparison.Ordinal);

        var plan = TaskBench.PlanOf(g => g.Then("words").Then("tally").Then(query));
        using var ingest = new TaskBench(plan);
        using var aggregate = new TaskBench(plan, StageKind.Aggregate);
        ingest.Take("Alder 1");
        aggregate.Task.Take(0, 0, default, ingest.Commit()[0]);
        Assert.Contains("'my-query' does not hand batches on", Assert.Throws<TaskException>(aggregate.Task.Cut).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_behind_a_window_that_makes_an_operator_throw_is_a_dead_letter_and_the_others_go_on()
    {
        var plan = TaskBench.PlanOf(g => g.Then("words").Then("tally").Then(new PickyDefinition()).To("out", new() { ["name"] = "rows" }, null, "picky"));
        using var ingest = new TaskBench(plan);
        using var aggregate = new TaskBench(plan, StageKind.Aggregate);
        ingest.Take("Alder 1", "Birch 2");
        aggregate.Task.Take(7, 0, default, ingest.Commit()[0]);

        aggregate.Task.Cut();

        Assert.Contains("Alder", Assert.Single(aggregate.Waiting(TopicRole.Windows)).Value, StringComparison.Ordinal);
        var letter = Assert.Single(aggregate.Waiting(TopicRole.DeadLetters));
        Assert.Equal(("picky", "InvalidOperationException: no birches", "8"), (Header(letter, "operator"u8), Header(letter, "error"u8), Header(letter, "offset"u8)));
    }

    [Fact]
    public void A_plain_query_runs_as_an_operator_and_what_it_throws_names_the_stage()
    {
        var seen = 0;
        var query = new RxDefinition("count", (source, _) => source.Do(batch => seen += batch.RowCount > 2 ? throw new FormatException("too many") : batch.RowCount));
        using var bench = new TaskBench(TaskBench.PlanOf(g => g.Then("words").Then(query)));
        bench.Take("Alder 1", "- 2");
        bench.Task.Push();
        Assert.Equal((1, new Ledger(2, 1, 1, 0, 0)), (seen, bench.Task.Ledger));

        bench.Take("Alder 1", "Alder 2", "Alder 3");
        Assert.Equal("stage ingest, posts[0]: too many", Assert.Throws<TaskException>(bench.Task.Push).Message);
    }

    [Fact]
    public void A_large_dead_letter_is_cut_to_what_topics_take_and_tells_its_real_length()
    {
        using var bench = new TaskBench(_tally);
        bench.Take("bad " + new string('x', 2_000_000));
        bench.Task.Push();

        var letter = Assert.Single(bench.Waiting(TopicRole.DeadLetters));

        Assert.Equal((900_000, "2000004"), (letter.Value.Length, Header(letter, "original_bytes"u8)));
    }

    [Fact]
    public void A_row_that_no_topic_would_take_is_a_dead_letter_and_the_others_go_on()
    {
        using var bench = new TaskBench(TaskBench.PlanOf(g => g.Then("words").To("out", new() { ["name"] = "words" }, null, "words")));
        bench.Take("Alder 1", "Birch " + new string('\u0001', 300_000), "Alder 3");
        bench.Task.Push();

        Assert.Equal(new Ledger(3, 2, 0, 0, 1), bench.Task.Ledger);
        Assert.Equal(2, bench.Waiting(TopicRole.Posts).Count);
        var letter = Assert.Single(bench.Waiting(TopicRole.DeadLetters));
        Assert.StartsWith("the row would be 18000", Header(letter, "error"u8), StringComparison.Ordinal);
        Assert.Equal("1", Header(letter, "offset"u8));
    }

    [Fact]
    public void State_of_an_operator_that_is_gone_is_refused_unless_the_graph_gives_it_up()
    {
        using var bench = new TaskBench(_tally);
        bench.Take("Alder 1");
        bench.Commit();

        var error = Assert.Throws<StateException>(() => new TaskBench(TaskBench.PlanOf(g => g.Then("words").Then("tally", id: "other")), StageKind.Ingest, bench.State));
        using var given = new TaskBench(TaskBench.PlanOf(g => g.Then("words").Then("tally", id: "other").Runtime(new() { ["discard_state"] = "tally" })), StageKind.Ingest, bench.State);

        Assert.Contains("table 'counts' of operator 'tally', which this graph does not have in stage ingest: give the operator back", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, given.Task.NextOffset);
    }

    [Fact]
    public void Damaged_state_is_refused_by_a_state_exception_and_by_nothing_else()
    {
        using var bench = new TaskBench(_tally);
        bench.Take("Alder 1", "Birch 2");
        bench.Commit();
        var entries = bench.State.Entries.ToList();
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var image = new StateImage();
            foreach (var (key, value) in entries)
            {
                // The value of a table is its operator's to check.
                image.Put(random.Next(2) == 0 ? Damage(key, random) : key, value[0] == 1 && value.Length > 20 && random.Next(2) == 0 ? Damage(value, random) : value);
            }

            try
            {
                using var restored = new TaskBench(_tally, StageKind.Ingest, image);
            }
            catch (StateException error)
            {
                Assert.NotEmpty(error.Message);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes[..random.Next(bytes.Length + 1)];
        if (damaged.Length > 0)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return damaged;
    }

    private static string Header((string Value, byte[] Headers) letter, ReadOnlySpan<byte> name) => RecordHeaders.Text(letter.Headers, name);

    /// <summary>The counts behind the exchange, as JSON.</summary>
    private static string Counts(TaskBench bench)
    {
        using var aggregate = new TaskBench(bench.Plan, StageKind.Aggregate);
        bench.Commit().ForEach(record => aggregate.Task.Take(0, 0, default, record));
        aggregate.Task.Cut();
        var windows = aggregate.Waiting(TopicRole.Windows).Select(w => JsonDocument.Parse(w.Value).RootElement);
        return JsonSerializer.Serialize(new SortedDictionary<string, long>(windows.ToDictionary(w => w.GetProperty("brand").GetString()!, w => w.GetProperty("posts").GetInt64()), StringComparer.Ordinal));
    }
}
