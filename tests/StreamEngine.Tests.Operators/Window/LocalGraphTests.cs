using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sources;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>Whole graphs of the operators that ship, in one process.</summary>
public sealed class LocalGraphTests
{
    [Fact]
    public async Task One_graph_over_the_same_posts_twice_gives_the_same_bytes()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n  - { name: Bolt, keywords: [bolt] }\n");
        var posts = Posts(new Random(5));

        var first = await Run(folder, posts);
        var second = await Run(folder, posts);

        Assert.Equal(first, second);
        foreach (var topic in new[] { "partials", "windows", "windows.per_hour", "windows.sessions", "alerts", "late", "dead-letters", "state" })
        {
            Assert.Contains(first, line => line.StartsWith($"twice.{topic} ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_post_that_one_window_takes_and_another_does_not_is_counted_and_the_other_tells_so_in_any_order(bool patientFirst)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        string[] posts =
        [
            """{"id":"1","time":"2026-03-01T10:00:00Z","channel":"x","text":"acme"}""",
            """{"id":"2","time":"2026-03-01T09:30:00Z","channel":"x","text":"acme acme"}""",
            """{"id":"3","time":"2026-03-01T01:00:00Z","channel":"x","text":"acme"}""",
            $$"""{"id":"4","time":"2026-03-01T10:00:00Z","channel":"{{new string('c', 1001)}}","text":"acme"}""",
            $$"""{"id":"5","time":"2026-03-01T10:00:00Z","channel":"{{new string('c', 1000)}}","text":"acme"}""",
        ];
        (string Id, string Lateness)[] windows = patientFirst ? [("patient", "2h"), ("strict", "1m")] : [("strict", "1m"), ("patient", "2h")];
        var builder = new GraphBuilder("two").From("memory").Then("decode").Then("match", new() { ["brands"] = folder["brands.yaml"] });
        foreach (var (id, lateness) in windows)
        {
            builder.Then("window", new() { ["size"] = "1m", ["lateness"] = lateness }, id, "match");
        }

        var graph = builder.To("nowhere", null, null, "match", "strict", "patient").Build(new Catalog(BuiltInOperators.All, [new MemoryPosts([.. posts.Select(Encoding.UTF8.GetBytes)])], [new Nowhere()]));
        var late = new List<string>();
        var dead = new List<string>();
        var ledger = await new LocalRuntime(Planner.Plan(graph, null), new ManualTime(Mentions.Now), NullLoggerFactory.Instance)
        {
            Observer = (topic, record) =>
            {
                (topic.Role switch { TopicRole.Late => late, TopicRole.DeadLetters => dead, _ => [] }).Add(Encoding.UTF8.GetString(record.Key) + " " + RecordHeaders.Text(record.Headers, "operator"u8));
            },
        }.RunAsync(CancellationToken.None);

        Assert.Equal(new Ledger(5, 3, 0, 1, 1), ledger);
        Assert.Equal(["memory|0|1 strict", "memory|0|2 patient", "memory|0|2 strict"], late.Order());
        Assert.Equal($"memory|0|3 {windows[0].Id}", Assert.Single(dead));
    }

    [Theory]
    [InlineData("evidence", true, false)]
    [InlineData("slot", false, true)]
    [InlineData("posts", false, false)]
    public async Task A_window_encodes_what_an_operator_behind_it_reads_and_nothing_else(string column, bool evidence, bool slot)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        var (rows, evidences, slots) = (0, 0, 0);
        var peek = new RxDefinition("peek", (source, _) => source.Do(Look), [WindowColumns.Output.Columns.Single(c => c.Name == column)]);
        var graph = new GraphBuilder("peeking")
            .From("memory")
            .Then("decode")
            .Then("match", new() { ["brands"] = folder["brands.yaml"] })
            .Then("window", new() { ["size"] = "1m" })
            .Then("peek")
            .To("nowhere", null, null, "peek")
            .Build(new Catalog([.. BuiltInOperators.All, peek], [new MemoryPosts(Posts(new Random(6)))], [new Nowhere()]));

        await new LocalRuntime(Planner.Plan(graph, null), new ManualTime(Mentions.Now), NullLoggerFactory.Instance).RunAsync(CancellationToken.None);

        Assert.Equal((rows > 0, evidence ? rows : 0, slot ? rows : 0), (true, evidences, slots));

        void Look(RecordBatch batch)
        {
            rows += batch.RowCount;
            evidences += batch.Utf8(WindowColumns.Evidence).Lengths.Take(batch.RowCount).Count(length => length > 0);
            slots += batch.Utf8(WindowColumns.Slot).Lengths.Take(batch.RowCount).Count(length => length > 0);
        }
    }

    [Fact]
    public async Task More_channels_and_languages_than_a_dictionary_holds_are_told_apart_by_every_operator()
    {
        const int count = 150_000;
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["brands.yaml"], "brands:\n  - { name: Acme, keywords: [acme] }\n");
        var posts = Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(
            $$"""{"id":"{{i / 4}}","time":{{Mentions.Now.AddMinutes(-9).ToUnixTimeMilliseconds() + i}},"text":"de winkel van acme is vandaag gewoon open","channel":"{{(i % 2 == 0 ? "" : $"c{i}")}}","language":"{{(i % 2 == 0 ? "" : Tag(i))}}"}""")).ToList();
        var graph = new GraphBuilder("many")
            .From("memory")
            .Then("decode", new() { ["default_channel"] = "web" })
            .Then("language")
            .Then("filter", new() { ["where"] = "channel != 'c1' and channel != 'c140001'" })
            .Then("dedupe")
            .Then("match", new() { ["brands"] = folder["brands.yaml"] })
            .Then("window", new() { ["size"] = "1h" })
            .To("nowhere", null, null, "window")
            .Build(new Catalog(BuiltInOperators.All, [new MemoryPosts(posts)], [new Nowhere()]));
        var rows = new Dictionary<string, (long Version, string Row)>();
        await new LocalRuntime(Planner.Plan(graph, null), new ManualTime(Mentions.Now), NullLoggerFactory.Instance)
        {
            Observer = (topic, record) =>
            {
                if (topic.Name == "many.windows")
                {
                    var row = JsonElement.Parse(record.Value);
                    var (key, version) = (Encoding.UTF8.GetString(record.Key), row.GetProperty("version").GetInt64());
                    rows[key] = version > rows.GetValueOrDefault(key).Version ? (version, $"{row.GetProperty("channel")} {row.GetProperty("language")} {row.GetProperty("posts")}") : rows[key];
                }
            },
        }.RunAsync(CancellationToken.None);

        // Of four posts with one id, two have no channel: they are one post on the web.
        var expected = Enumerable.Range(0, count).Where(i => i % 2 == 1 && i is not 1 and not 140_001).Select(i => $"c{i} {Tag(i)} 1").Append($"web nl {count / 4}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Values.Select(row => row.Row).Order(StringComparer.Ordinal));

        static string Tag(int i) => string.Concat("qx", string.Concat(Enumerable.Range(0, 4).Select(k => (char)('a' + (i / (int)Math.Pow(26, k) % 26)))));
    }

    /// <summary>Every record that leaves a stage: topic, key, value and headers, in order.</summary>
    private static async Task<List<string>> Run(TempFolder folder, List<byte[]> posts)
    {
        var graph = new GraphBuilder("twice")
            .From("memory")
            .Then("decode")
            .Then("match", new() { ["brands"] = folder["brands.yaml"] })
            .Then("language")
            .Then("sentiment")
            .Then("window", new() { ["size"] = "1m", ["lateness"] = "2m" }, "per_minute")
            .Then("spikes", new() { ["warmup"] = "10m" })
            .Then("rollup", new() { ["to"] = "1h" }, "per_hour", "per_minute")
            .Then("window", new() { ["session"] = "30s", ["lateness"] = "2m" }, "sessions", "sentiment")
            .To("nowhere", null, null, "per_minute", "per_hour", "sessions", "spikes")
            .Build(new Catalog(BuiltInOperators.All, [new MemoryPosts(posts)], [new Nowhere()]));
        var time = new ManualTime(Mentions.Now);
        var lines = new List<string>();
        var runtime = new LocalRuntime(Planner.Plan(graph, null), time, NullLoggerFactory.Instance)
        {
            Observer = (topic, record) => lines.Add($"{topic.Name} {Convert.ToHexString(record.Key)} {Convert.ToHexString(record.Value)} {Convert.ToHexString(record.Headers)}"),
            Progress = _ => time.Advance(TimeSpan.FromSeconds(1)),
        };
        var ledger = await runtime.RunAsync(CancellationToken.None);
        Assert.True(ledger.IsBalanced);
        Assert.Equal(posts.Count, ledger.Consumed);
        return lines;
    }

    /// <summary>Six hours of posts: out of order, some too late, some not to be read, and anger about Acme in the fourth.</summary>
    private static List<byte[]> Posts(Random random)
    {
        var posts = new List<byte[]>();
        var start = Mentions.Now.AddHours(-7);
        for (var i = 0; i < 12_000; i++)
        {
            var second = (i * 1.8) - random.Next(4) - (random.Next(200) == 0 ? 1000 : 0);
            var angry = second is > 11_000 and < 12_500 && random.Next(3) > 0;
            var text = angry ? $"acme is terrible, the worst, I hate it {random.Next(1000)}" : $"{(random.Next(2) == 0 ? "acme" : random.Next(2) == 0 ? "bolt" : "nobody")} was there, {random.Next(1000)} times";
            posts.Add(random.Next(500) == 0
                ? "{\"id\": "u8.ToArray()
                : JsonSerializer.SerializeToUtf8Bytes(new { id = $"{i}", time = start.AddSeconds(second).ToString("O"), channel = random.Next(2) == 0 ? "web" : "app", author = $"author {random.Next(500)}", text }));
        }

        return posts;
    }

    private sealed class MemoryPosts(IReadOnlyList<byte[]> posts) : BoundedSourceDefinition
    {
        public override string Name => "memory";

        public override string Summary => "Posts in memory.";

        public override string Description => Summary;

        public override string Example => "memory: {}";

        public override ImmutableArray<Option> Options => [];

        public override IBoundedSource Open(OptionSet options) => new Reader(posts);

        private sealed class Reader(IReadOnlyList<byte[]> posts) : IBoundedSource
        {
            public string Name => "memory";

            public bool Fill(RecordBatch batch, ref long nextOffset)
            {
                var before = nextOffset;
                while (nextOffset < posts.Count && batch.RowCount < 100)
                {
                    var row = batch.AppendRecord(nextOffset);
                    batch.Utf8(SourceDefinition.ValueColumn).Set(row, posts[(int)nextOffset++]);
                    batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
                    batch.Int64(SourceDefinition.TimestampColumn)[row] = 0;
                }

                return nextOffset > before;
            }

            public void Dispose()
            {
            }
        }
    }

    /// <summary>A sink that keeps nothing: the records are seen on their way to it.</summary>
    private sealed class Nowhere : Core.Sinks.SinkDefinition
    {
        public override string Name => "nowhere";

        public override string Summary => "Keeps nothing.";

        public override string Description => Summary;

        public override string Example => "- nowhere: {}";

        public override ImmutableArray<Option> Options => [];

        public override ImmutableArray<StreamKind> TakesByDefault => [StreamKind.Windows];

        public override Core.Sinks.ISinkWriter Create(Core.Sinks.SinkContext context) => new Writer();

        private sealed class Writer : Core.Sinks.ISinkWriter
        {
            public int PendingRows => 0;

            public long PendingBytes => 0;

            public Task OpenAsync(IReadOnlyList<Core.Sinks.SinkInput> inputs, CancellationToken stop) => Task.CompletedTask;

            public void Append(int input, in Core.Sinks.SinkRecord record) => Assert.NotEqual(0, record.Value.Length);

            public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
