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
/// post, and the share of each operator (a graph with one operator more, less the graph without it).
/// </summary>
internal static class IngestBenchmark
{
    private const int Posts = 50_000;
    private const int PostsPerCut = 50_000;
    private const int Rounds = 25;

    private static readonly (string Name, Dictionary<string, object?> Options)[] _chain =
    [
        ("decode", []),
        ("match", new() { ["brands"] = "brands.yaml" }),
        ("language", []),
        ("sentiment", []),
        ("window", new() { ["size"] = "1m" }),
    ];

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">Receives <c>ingest.posts_per_s_core</c>, <c>ingest.bytes_per_post</c> and <c>ingest.share.OPERATOR</c>.</param>
    /// <param name="log">Receives the figures as text.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        using var folder = new BrandsFolder();
        var posts = new PostStream(Posts, 20_251, DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds());
        var before = 0.0;
        var steps = new List<(string Name, double Nanoseconds)>();
        var bytes = 0.0;
        for (var length = 1; length <= _chain.Length; length++)
        {
            using var run = new ChainRun(Graph(folder, length), posts);
            var nanoseconds = run.Measure(Rounds, PostsPerCut, out bytes);
            steps.Add((_chain[length - 1].Name, nanoseconds - before));
            before = nanoseconds;
        }

        report["ingest.posts_per_s_core"] = 1e9 / before;
        report["ingest.bytes_per_post"] = bytes;
        log.WriteLine($"ingest: {1e9 / before:N0} posts/s and core ({before:N0} ns a post of {posts.AverageBytes:N0} bytes), {bytes:F3} bytes allocated per post");
        foreach (var (name, nanoseconds) in steps)
        {
            report[$"ingest.share.{name}"] = nanoseconds / before;
            log.WriteLine($"  {name,-10} {nanoseconds,6:N0} ns  {nanoseconds / before,6:P0}");
        }
    }

    private static LogicalGraph Graph(BrandsFolder folder, int length)
    {
        var builder = new GraphBuilder("bench").From("kafka", new() { ["topic"] = "posts" });
        foreach (var (name, options) in _chain.Take(length))
        {
            builder.Then(name, options.ToDictionary(o => o.Key, o => o.Key == "brands" ? folder.File : o.Value));
        }

        return builder.Build(new Catalog(BuiltInOperators.All, [new KafkaSourceDefinition()], []));
    }

    private sealed class ChainRun : IDisposable
    {
        private readonly StageTask _task;
        private readonly PostStream _posts;
        private readonly TaskEnvironment _environment;
        private long _offset;

        public ChainRun(LogicalGraph graph, PostStream posts)
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

        /// <summary>Nanoseconds of processor time per post: the best of many short rounds after warming up, so that one falls between other programs' turns.</summary>
        public double Measure(int rounds, int postsPerCut, out double bytesPerPost)
        {
            for (var i = 0; i < 12; i++)
            {
                Round(postsPerCut);
            }

            var times = new double[rounds];
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < rounds; i++)
            {
                var started = ProcessorTime.OfThisThread();
                Round(postsPerCut);
                times[i] = (ProcessorTime.OfThisThread() - started).TotalNanoseconds / _posts.Count;
            }

            bytesPerPost = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / rounds / _posts.Count;
            return times.Min();
        }

        public void Dispose() => _task.Dispose();

        private void Round(int postsPerCut)
        {
            for (var i = 0; i < _posts.Count; i++)
            {
                _task.Take(_offset++, 0, default, _posts[i]);
                if ((i + 1) % postsPerCut == 0)
                {
                    _task.Cut();
                    _environment.Outputs.Clear();
                }
            }
        }
    }
}
