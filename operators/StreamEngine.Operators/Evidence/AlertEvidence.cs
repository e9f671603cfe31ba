using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>The reason in an alert.</summary>
/// <param name="Terms">The terms that tell its posts from the usual ones, the most telling first.</param>
/// <param name="Samples">Posts that say so, the newest first.</param>
/// <param name="DuplicateShare">Share of the posts looked at whose text is a near-copy of another's, 0 to 1.</param>
/// <param name="AuthorShare">Share of them by the three loudest authors, 0 to 1; 0 where authors are unknown.</param>
internal sealed record AlertEvidence(IReadOnlyList<TopTerm> Terms, IReadOnlyList<EvidencePost> Samples, double DuplicateShare, double AuthorShare)
{
    /// <summary>No reason is known.</summary>
    public static AlertEvidence None { get; } = new([], [], 0, 0);

    public void Write(StateWriter writer)
    {
        writer.WriteCount(Terms.Count);
        foreach (var term in Terms)
        {
            writer.WriteString(term.Text);
            writer.WriteCount(term.Posts);
            writer.WriteDouble(term.Share);
            writer.WriteDouble(term.UsualShare);
            writer.WriteDouble(term.Score);
        }

        writer.WriteCount(Samples.Count);
        foreach (var post in Samples)
        {
            post.Write(writer);
        }

        writer.WriteDouble(DuplicateShare);
        writer.WriteDouble(AuthorShare);
    }

    public static AlertEvidence Read(ref StateReader reader)
    {
        var terms = new List<TopTerm>();
        for (var left = reader.ReadCount(TopTerms.PerAlert); left > 0; left--)
        {
            var text = reader.ReadText();
            terms.Add(new TopTerm(Encoding.UTF8.GetString(text), Hash64.Of(text), (int)reader.ReadCount(int.MaxValue), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()));
        }

        var samples = new List<EvidencePost>();
        for (var left = reader.ReadCount(SamplePosts.PerAlert); left > 0; left--)
        {
            samples.Add(EvidencePost.Read(ref reader));
        }

        return new AlertEvidence(terms, samples, reader.ReadDouble(), reader.ReadDouble());
    }
}
