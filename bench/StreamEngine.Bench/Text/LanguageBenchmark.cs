using StreamEngine.Text.Languages;

namespace StreamEngine.Bench.Text;

/// <summary>Posts per second and core for telling languages.</summary>
public static class LanguageBenchmark
{
    private const int Posts = 4_000;

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">Receives <c>language.posts_per_s_core</c> and <c>language.bytes_per_post</c>; with the research data <c>language.real_posts_per_s_core</c>.</param>
    /// <param name="log">Receives a line.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var posts = new SyntheticPosts(Posts, seed: 20_252);
        var identifier = new LanguageIdentifier(LanguageModel.LoadDefault());
        var (speed, bytes) = Throughput.Measure(() => Identify(identifier, posts.Bytes, posts.Offsets, posts.Lengths), Posts, runs: 200);
        report["language.posts_per_s_core"] = speed;
        report["language.bytes_per_post"] = bytes;
        log.WriteLine($"language: {speed:N0} posts/s and core, {bytes:F2} bytes allocated per post");
        if (RealPosts.Find(seed: 20_253) is { } real)
            RunReal(real, report, log);
    }

    private static void RunReal(RealPosts posts, IDictionary<string, double> report, TextWriter log)
    {
        var (count, speed, allocated) = posts.Measure(() =>
        {
            var identifier = new LanguageIdentifier(LanguageModel.LoadDefault());
            return (from, batch) => Identify(identifier, posts.Bytes, posts.Offsets.AsSpan(from, batch), posts.Lengths.AsSpan(from, batch));
        });
        report["language.real_posts_per_s_core"] = speed;
        log.WriteLine($"language: {count:N0} tweets in seven languages, each for the first time: {speed:N0} posts/s and core, {allocated:F2} bytes allocated per post");
    }

    private static void Identify(LanguageIdentifier identifier, ReadOnlySpan<byte> texts, ReadOnlySpan<int> offsets, ReadOnlySpan<int> lengths)
    {
        for (var i = 0; i < offsets.Length; i++)
            identifier.Identify(texts.Slice(offsets[i], lengths[i]), out _);
    }
}
