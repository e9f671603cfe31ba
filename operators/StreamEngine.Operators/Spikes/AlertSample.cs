using System.Text;

namespace StreamEngine.Operators;

/// <summary>A post shown in an alert.</summary>
/// <param name="Score">Its score in millionths.</param>
/// <param name="Time">When it was written, ms since 1970.</param>
/// <param name="Author">The author's hash; 0 where unknown.</param>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it says, cut to 280 bytes.</param>
internal sealed record AlertSample(long Score, long Time, ulong Author, string Id, string Text)
{
    /// <summary>How many posts an alert shows.</summary>
    public const int PerAlert = 5;

    /// <summary>The most negative posts of all, a text only once.</summary>
    public static List<AlertSample> Choose(IEnumerable<AlertSample> posts) =>
    [
        .. posts
            .OrderBy(p => p.Score).ThenBy(p => p.Time).ThenBy(p => p.Id, StringComparer.Ordinal).ThenBy(p => p.Text, StringComparer.Ordinal)
            .DistinctBy(p => p.Text).Take(PerAlert),
    ];

    /// <summary>Reads the samples of a window's row.</summary>
    public static IEnumerable<AlertSample> FromEvidence(byte[] evidence)
    {
        var samples = new List<AlertSample>();
        var reader = new EvidenceReader(evidence);
        while (reader.NextPost(out var post))
        {
            samples.Add(new AlertSample(post.Score, post.Time, post.Author, Encoding.UTF8.GetString(post.Id), Encoding.UTF8.GetString(post.Text)));
        }

        return samples;
    }

    public void Write(StateWriter writer)
    {
        writer.WriteSigned(Score);
        writer.WriteSigned(Time);
        writer.WriteUInt64(Author);
        writer.WriteText(Encoding.UTF8.GetBytes(Id));
        writer.WriteText(Encoding.UTF8.GetBytes(Text));
    }

    public static AlertSample Read(ref StateReader reader)
    {
        var (score, time, author) = (reader.ReadSigned(), reader.ReadSigned(), reader.ReadUInt64());
        var id = Encoding.UTF8.GetString(reader.ReadText());
        return new AlertSample(score, time, author, id, Encoding.UTF8.GetString(reader.ReadText()));
    }
}
