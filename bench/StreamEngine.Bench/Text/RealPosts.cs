using System.Text;
using StreamEngine.Text.Training;

namespace StreamEngine.Bench.Text;

/// <summary>Tweets that people wrote, in the languages of the research data, shuffled by seed: every one once, as one buffer with offsets and lengths.</summary>
internal sealed class RealPosts
{
    private const int Batch = 2_000;
    private const int Rounds = 5;

    private static readonly string[][] _files =
    [
        ["semeval2017-en", "train_decontaminated.tsv"], ["de-mozetic", "train.tsv"], ["es-mozetic", "train.tsv"], ["pl-mozetic", "train.tsv"],
        ["pt-mozetic", "train.tsv"], ["sentipolc-it", "train_decontaminated.tsv"], ["nl-political-tweets", "train.tsv"], ["umsab", "fr.train.tsv"], ["umsab", "it.train.tsv"],
    ];

    private RealPosts(IEnumerable<string> texts, int seed)
    {
        var shuffled = texts.Distinct().ToArray();
        new Random(seed).Shuffle(shuffled);
        var bytes = shuffled.Select(Encoding.UTF8.GetBytes).ToArray();
        (Bytes, Lengths, Offsets) = ([.. bytes.SelectMany(text => text)], [.. bytes.Select(text => text.Length)], new int[bytes.Length]);
        for (var i = 1; i < Offsets.Length; i++)
            Offsets[i] = Offsets[i - 1] + Lengths[i - 1];
    }

    /// <summary>All posts in UTF-8.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where each post starts.</summary>
    public int[] Offsets { get; }

    /// <summary>The length of each in bytes.</summary>
    public int[] Lengths { get; }

    /// <summary>
    /// Measures on the calling thread what is done with each post once, after a fifth of them was read: as a stream brings them, with the words
    /// that were never seen. The best of some rounds by processor time.
    /// </summary>
    /// <param name="start">Makes what works on a batch, from a post on and so many; called before each round.</param>
    /// <returns>Posts measured, posts per second, bytes allocated per post.</returns>
    public (int Posts, double PerSecond, double BytesPerPost) Measure(Func<Action<int, int>> start)
    {
        var (batches, best, allocated) = (Offsets.Length / Batch, double.MaxValue, 0L);
        var warmUp = batches / 5;
        for (var round = 0; round < Rounds; round++)
        {
            var work = start();
            for (var batch = 0; batch < warmUp; batch++)
                work(batch * Batch, Batch);
            var (started, before) = (ProcessorTime.OfThisThread(), GC.GetAllocatedBytesForCurrentThread());
            for (var batch = warmUp; batch < batches; batch++)
                work(batch * Batch, Batch);
            best = Math.Min(best, (ProcessorTime.OfThisThread() - started).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        var posts = (batches - warmUp) * Batch;
        return (posts, posts / best, (double)allocated / posts);
    }

    /// <summary>The posts; <see langword="null"/> where the research data is not there.</summary>
    public static RealPosts? Find(int seed)
    {
        var files = _files.Select(parts => ResearchFolder.Find(parts)).ToList();
        return files.Contains(null) ? null : new RealPosts(files.SelectMany(file => LabelledFile.Read(file!, null, out _)).Select(text => Encoding.UTF8.GetString(text.Text)), seed);
    }
}
