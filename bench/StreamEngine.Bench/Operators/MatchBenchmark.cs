using System.Text;
using StreamEngine.Bench.Posts;
using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Bench.Operators;

/// <summary>What finding brands in a text costs, by the number of keywords.</summary>
public static class MatchBenchmark
{
    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">Receives <c>match.ns_per_post_10</c>, <c>_1000</c>, <c>_100000</c>, and <c>match.bytes_per_post_10</c> and so on.</param>
    /// <param name="log">Receives a line per number of keywords.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var posts = new JsonPosts(20_000, seed: 7);
        var texts = posts.Texts.Select(Encoding.UTF8.GetBytes).ToList();
        var schema = new BatchSchema(new ColumnDeclaration("text", ColumnType.Utf8));
        var folder = Directory.CreateTempSubdirectory("streamengine-bench-");
        try
        {
            foreach (var keywords in new[] { 10, 1_000, 100_000 })
            {
                var path = Path.Combine(folder.FullName, $"brands-{keywords}.yaml");
                File.WriteAllText(path, JsonPosts.BrandsFile(keywords));
                var clock = new RowOperatorClock(new MatchDefinition(), schema, new Dictionary<string, object?> { ["brands"] = path });
                var (nanoseconds, bytes, mentions) = clock.Measure(texts, runs: 40);
                report[$"match.ns_per_post_{keywords}"] = nanoseconds;
                report[$"match.bytes_per_post_{keywords}"] = bytes;
                log.WriteLine($"match: {nanoseconds:F0} ns per text of {texts.Average(text => text.Length):F0} bytes with {keywords:N0} keywords, {bytes:F2} bytes allocated per post, {mentions:P0} mentions");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
