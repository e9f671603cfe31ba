using StreamEngine.Text.Sentiment;

namespace StreamEngine.Bench.Text;

/// <summary>Posts per second and core for tokenising and scoring, with a plain string-based scorer as the yardstick.</summary>
public static class SentimentBenchmark
{
    private const int Posts = 20_000;
    private const int Batch = 2_000;
    private const int Runs = 200;

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="report">
    /// Receives <c>sentiment.posts_per_s_core</c>, <c>sentiment.bytes_per_post</c> and <c>sentiment.plain_posts_per_s_core</c>; with the research data
    /// <c>sentiment.real_posts_per_s_core</c> and <c>sentiment.real_bytes_per_post</c>.
    /// </param>
    /// <param name="log">Receives a line per figure.</param>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var posts = new SyntheticPosts(Posts, seed: 20_251);
        var scorer = new SentimentScorer(SentimentModel.LoadDefault());
        var negative = new float[Batch];
        var neutral = new float[Batch];
        var positive = new float[Batch];
        void Score()
        {
            for (var from = 0; from < Posts; from += Batch)
                scorer.Score(posts.Bytes, posts.Offsets.AsSpan(from, Batch), posts.Lengths.AsSpan(from, Batch), negative, neutral, positive);
        }

        var (speed, bytes) = Throughput.Measure(Score, Posts, Runs);
        report["sentiment.posts_per_s_core"] = speed;
        report["sentiment.bytes_per_post"] = bytes;

        var plain = new PlainScorer();
        var sum = 0.0;
        var (plainSpeed, _) = Throughput.Measure(() =>
        {
            foreach (var text in posts.Texts)
                sum += plain.Score(text);
        }, Posts, Runs / 50);
        report["sentiment.plain_posts_per_s_core"] = plainSpeed;
        log.WriteLine($"sentiment: {speed:N0} posts/s and core, {bytes:F2} bytes allocated per post (plain string-based scorer: {plainSpeed:N0} posts/s, checksum {sum:F3})");
        if (RealPosts.Find(seed: 20_253) is { } real)
            RunReal(real, report, log);
        else
            log.WriteLine("sentiment: real posts are left out: the research data is not there");
    }

    private static void RunReal(RealPosts posts, IDictionary<string, double> report, TextWriter log)
    {
        var (negative, neutral, positive) = (new float[Batch], new float[Batch], new float[Batch]);
        var (count, speed, allocated) = posts.Measure(() =>
        {
            var scorer = new SentimentScorer(SentimentModel.LoadDefault());
            return (from, batch) => scorer.Score(posts.Bytes, posts.Offsets.AsSpan(from, batch), posts.Lengths.AsSpan(from, batch), negative, neutral, positive);
        });
        report["sentiment.real_posts_per_s_core"] = speed;
        report["sentiment.real_bytes_per_post"] = allocated;
        log.WriteLine($"sentiment: {count:N0} tweets in seven languages, each for the first time: {speed:N0} posts/s and core, {allocated:F2} bytes allocated per post ({posts.Bytes.Length / (double)posts.Offsets.Length:F0} bytes a post)");
    }
}

/// <summary>Measures how often per second something is done.</summary>
internal static class Throughput
{
    /// <summary>The best of many short runs by the thread's processor time (milliseconds, so that one falls between other programs' turns) after warming up, and the bytes allocated per item over all of them.</summary>
    public static (double PerSecond, double BytesPerItem) Measure(Action run, int items, int runs)
    {
        for (var i = 0; i < 5; i++)
            run();
        var best = double.MaxValue;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++)
        {
            var started = ProcessorTime.OfThisThread();
            run();
            best = Math.Min(best, (ProcessorTime.OfThisThread() - started).TotalSeconds);
        }
        return (items / best, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / items / runs);
    }
}
