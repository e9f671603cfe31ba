using StreamEngine.Text.MLNet;

namespace StreamEngine.Bench.Text;

/// <summary>Posts per second and core for a model that ML.NET saved: <c>FeaturizeText</c> with its defaults and SDCA.</summary>
public static class MLNetBench
{
    private const int Posts = 4_000;

    /// <summary>Posts per measured run: about a millisecond, all posts in turn.</summary>
    private const int Batch = 500;

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">Receives <c>mlnet.posts_per_s_core</c> and <c>mlnet.bytes_per_post</c>.</param>
    /// <param name="log">Receives a line.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(log);
        var posts = new SyntheticPosts(Posts, seed: 20_253);
        var scorer = MLNetModel.Load(Path.Combine(AppContext.BaseDirectory, "mlnet", "binary_sdca_default.zip")).CreateScorer();
        var (negative, neutral, positive) = (new float[Batch], new float[Batch], new float[Batch]);
        var from = 0;
        void Score()
        {
            scorer.Score(posts.Bytes, posts.Offsets.AsSpan(from, Batch), posts.Lengths.AsSpan(from, Batch), negative, neutral, positive);
            from = (from + Batch) % Posts;
        }

        for (var i = 0; i < 10 * Posts / Batch; i++)
            Score();
        var (speed, bytes) = Throughput.Measure(Score, Batch, runs: 2_000);
        report["mlnet.posts_per_s_core"] = speed;
        report["mlnet.bytes_per_post"] = bytes;
        log.WriteLine($"mlnet: {speed:N0} posts/s and core, {bytes:F2} bytes allocated per post");
    }
}
