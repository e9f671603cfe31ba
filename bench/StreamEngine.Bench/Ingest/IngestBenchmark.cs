using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Bench.Posts;
using StreamEngine.Connectors.Kafka;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Ingest;

/// <summary>
/// An ingest task, JSON posts from memory to slots, on one core: posts per second of the thread's processor time, bytes allocated per
/// post, and the share of each operator (a graph with one operator more, less the graph without it). Beside it the whole graph with
/// <c>dedupe</c>, over posts that come once; it remembers 400,000 of them, and forgets an eighth in each round.
/// </summary>
internal static class IngestBenchmark
{
    private const int Posts = 50_000;
    private const int PostsPerCut = 50_000;
    private const int WarmUpRounds = 12;
    private const int Rounds = 25;

    private static readonly (string Name, Dictionary<string, object?> Options)[] _chain =
    [
        ("decode", []),
        ("match", new() { ["brands"] = "brands.yaml" }),
        ("language", []),
        ("sentiment", []),
        ("window", new() { ["size"] = "1m" }),
    ];

    private static readonly (string Name, Dictionary<string, object?> Options)[] _chainWithDedupe =
        [_chain[0], ("dedupe", new() { ["max_posts"] = 8 * Posts }), .. _chain[1..]];

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">
    /// Receives <c>ingest.posts_per_s_core</c>, <c>ingest.bytes_per_post</c>, <c>ingest.share.OPERATOR</c>, and
    /// <c>ingest.dedupe_ratio</c> and <c>ingest.dedupe_bytes_per_post</c>.
    /// </param>
    /// <param name="log">Receives the figures as text.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        using var folder = new BrandsFolder();
        var posts = new JsonPosts(Posts, seed: 20_251);
        var chains = Enumerable.Range(1, _chain.Length).Select(length => new ChainRun(Graph(folder, _chain[..length]), posts)).ToList();
        using var withDedupe = new ChainRun(Graph(folder, _chainWithDedupe), posts);
        // In turns, so that a slow spell of the machine meets all of them.
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            GiveNewIds(posts, round);
            chains.ForEach(chain => chain.Round(PostsPerCut, counts: round >= WarmUpRounds));
            withDedupe.Round(PostsPerCut, counts: round >= WarmUpRounds);
        }

        var steps = new List<(string Name, double Nanoseconds)>();
        var before = 0.0;
        foreach (var (chain, (name, _)) in chains.Zip(_chain))
        {
            steps.Add((name, chain.BestNanoseconds - before));
            before = chain.BestNanoseconds;
        }

        var bytes = chains[^1].BytesPerPost;
        chains.ForEach(chain => chain.Dispose());
        report["ingest.posts_per_s_core"] = 1e9 / before;
        report["ingest.bytes_per_post"] = bytes;
        log.WriteLine($"ingest: {1e9 / before:N0} posts/s and core ({before:N0} ns a post of {posts.Lines.Average(line => line.Length):N0} bytes), {bytes:F3} bytes allocated per post");
        foreach (var (name, nanoseconds) in steps)
        {
            report[$"ingest.share.{name}"] = nanoseconds / before;
            log.WriteLine($"  {name,-10} {nanoseconds,6:N0} ns  {nanoseconds / before,6:P0}");
        }

        report["ingest.dedupe_ratio"] = before / withDedupe.BestNanoseconds;
        report["ingest.dedupe_bytes_per_post"] = withDedupe.BytesPerPost;
        log.WriteLine($"  with dedupe: {before / withDedupe.BestNanoseconds:F3} of the posts/s without ({withDedupe.BestNanoseconds - before:N0} ns a post), {withDedupe.BytesPerPost:F3} bytes allocated per post");
    }

    /// <summary>Writes a round's number over the first digits of all ids, which stand first in each post.</summary>
    private static void GiveNewIds(JsonPosts posts, int round)
    {
        foreach (var line in posts.Lines)
        {
            round.TryFormat(line.AsSpan("{\"id\":\"".Length, 3), out _, "000", CultureInfo.InvariantCulture);
        }
    }

    private static LogicalGraph Graph(BrandsFolder folder, IEnumerable<(string Name, Dictionary<string, object?> Options)> chain)
    {
        var builder = new GraphBuilder("bench").From("kafka", new() { ["topic"] = "posts" });
        foreach (var (name, options) in chain)
        {
            builder.Then(name, options.ToDictionary(o => o.Key, o => o.Key == "brands" ? folder.File : o.Value));
        }

        return builder.Build(new Catalog(BuiltInOperators.All, [new KafkaSourceDefinition()], []));
    }

    private sealed class ChainRun : IDisposable
    {
        private readonly StageTask _task;
        private readonly JsonPosts _posts;
        private readonly TaskEnvironment _environment;
        private long _offset;
        private long _allocated;
        private int _rounds;

        public ChainRun(LogicalGraph graph, JsonPosts posts)
        {
            var plan = KafkaRuntime.Plan(graph);
            _posts = posts;
            _environment = new TaskEnvironment
            {
                Time = TimeProvider.System,
                Loggers = NullLoggerFactory.Instance,
                PartitionsOf = _ => 4,
                InputPartitions = 4,
                InputName = "posts",
                Outputs = new OutputBuffer(),
            };
            _task = new StageTask(plan, plan.Stage(StageKind.Ingest)!, 0, _environment);
        }

        /// <summary>Nanoseconds of processor time per post in the best round, so that one falls between other programs' turns.</summary>
        public double BestNanoseconds { get; private set; } = double.MaxValue;

        /// <summary>Bytes allocated per post over all rounds that count.</summary>
        public double BytesPerPost => (double)_allocated / Math.Max(1, _rounds) / _posts.Lines.Length;

        public void Dispose() => _task.Dispose();

        public void Round(int postsPerCut, bool counts)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = ProcessorTime.OfThisThread();
            for (var i = 0; i < _posts.Lines.Length; i++)
            {
                _task.Take(_offset++, 0, default, _posts.Lines[i]);
                if ((i + 1) % postsPerCut == 0)
                {
                    _task.Cut();
                    _environment.Outputs.Clear();
                }
            }

            if (counts)
            {
                BestNanoseconds = Math.Min(BestNanoseconds, (ProcessorTime.OfThisThread() - started).TotalNanoseconds / _posts.Lines.Length);
                _allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
                _rounds++;
            }
        }
    }
}
