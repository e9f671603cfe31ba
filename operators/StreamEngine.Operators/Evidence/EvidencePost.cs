using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>A negative post that an alert may show and take its terms from.</summary>
/// <param name="Score">Its score in millionths.</param>
/// <param name="Time">When it was written, ms since 1970.</param>
/// <param name="Author">The author's hash; 0 where unknown.</param>
/// <param name="Signature">Its text's <see cref="TextSignature"/>.</param>
/// <param name="MentionStart">Where the text names the brand, in bytes.</param>
/// <param name="MentionLength">The length of that; 0 = not known.</param>
/// <param name="Language">Its language; <see langword="null"/> where the graph does not tell.</param>
/// <param name="Id">Its id.</param>
/// <param name="Utf8">What it says, cut to 280 bytes.</param>
internal sealed record EvidencePost(
    long Score, long Time, ulong Author, ulong Signature, int MentionStart, int MentionLength, string? Language, string Id, byte[] Utf8)
{
    public string Text => Encoding.UTF8.GetString(Utf8);

    /// <summary>Up to <paramref name="most"/> posts of a bucket, by lot: each of its negative posts has the same chance, whichever part it is in.</summary>
    public static List<EvidencePost> Draw(OpenBucket bucket, int most)
    {
        var drawn = new List<(double Lot, EvidencePost Post)>();
        foreach (var ((_, language), part) in bucket.Parts)
        {
            var first = drawn.Count;
            var reader = new EvidenceReader(part.Evidence);
            while (reader.NextPost(out var post))
            {
                drawn.Add((Hash64.Mix(post.Priority), From(post, language)));
            }

            // A post that stands for several has as many lots, and so the lowest of them.
            var share = (drawn.Count - first) / (double)Math.Max(1, part.Negative);
            for (var i = first; i < drawn.Count; i++)
            {
                drawn[i] = (drawn[i].Lot * share, drawn[i].Post);
            }
        }

        drawn.Sort(static (a, b) => (a.Lot, a.Post.Time).CompareTo((b.Lot, b.Post.Time)) is var order and not 0 ? order : string.CompareOrdinal(a.Post.Id, b.Post.Id));
        return [.. drawn.Take(most).Select(entry => entry.Post)];
    }

    public void Write(StateWriter writer)
    {
        writer.WriteByte((byte)(Language is null ? 0 : 1));
        if (Language is not null)
        {
            writer.WriteString(Language);
        }

        new SampleOffer
        {
            Score = Score,
            Time = Time,
            Author = Author,
            Signature = Signature,
            MentionStart = MentionStart,
            MentionLength = MentionLength,
            Id = Encoding.UTF8.GetBytes(Id),
            Text = Utf8,
        }.Write(writer);
    }

    public static EvidencePost Read(ref StateReader reader)
    {
        var language = reader.ReadFlag() ? reader.ReadString() : null;
        return From(SampleOffer.Read(ref reader), language);
    }

    private static EvidencePost From(scoped in SampleOffer post, string? language) => new(
        post.Score, post.Time, post.Author, post.Signature, post.MentionStart, post.MentionLength, language, Encoding.UTF8.GetString(post.Id), post.Text.ToArray());
}
