using StreamEngine.Bench.Posts;
using StreamEngine.Core.Sources;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Operators;

/// <summary>What decoding a post costs.</summary>
public static class DecodeBenchmark
{
    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">Receives <c>decode.ns_per_post</c> and <c>decode.bytes_per_post</c>.</param>
    /// <param name="log">Receives a line.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var posts = new JsonPosts(20_000, seed: 7);
        var (nanoseconds, bytes, _) = new RowOperatorClock(new DecodeDefinition(), SourceDefinition.Schema).Measure(posts.Lines, runs: 40);
        report["decode.ns_per_post"] = nanoseconds;
        report["decode.bytes_per_post"] = bytes;
        log.WriteLine($"decode: {nanoseconds:F0} ns per post of {posts.Lines.Average(line => line.Length):F0} bytes, {bytes:F2} bytes allocated per post");
    }
}
