namespace StreamEngine.Operators;

/// <summary>Chooses the posts that an alert shows.</summary>
internal static class SamplePosts
{
    /// <summary>How many posts an alert shows.</summary>
    public const int PerAlert = 5;

    /// <summary>
    /// The posts that say most of what the incident's terms say, none a near-copy of another, of an author only one; the newest first. Each is
    /// chosen for the terms that those before it do not have, the rest by how many terms they have.
    /// </summary>
    public static List<EvidencePost> Choose(IReadOnlyList<EvidencePost> posts, IReadOnlyList<TopTerm> terms, TopTerms cutter)
    {
        var left = TopTerms.Distinct(posts).Select(post => (Post: post, Terms: Found(post, terms, cutter))).ToList();
        var (chosen, told) = (new List<EvidencePost>(), new HashSet<ulong>());
        while (left.Count > 0 && chosen.Count < PerAlert)
        {
            var best = left
                .OrderByDescending(entry => entry.Terms.Where(term => !told.Contains(term.Hash)).Sum(Weight))
                .ThenByDescending(entry => entry.Terms.Sum(Weight))
                .ThenBy(entry => entry.Post.Score).ThenByDescending(entry => entry.Post.Time).ThenBy(entry => entry.Post.Id, StringComparer.Ordinal)
                .First();
            chosen.Add(best.Post);
            told.UnionWith(best.Terms.Select(term => term.Hash));
            left.RemoveAll(entry => entry.Post == best.Post || (best.Post.Author != 0 && entry.Post.Author == best.Post.Author));
        }

        return [.. chosen.OrderByDescending(post => post.Time).ThenBy(post => post.Id, StringComparer.Ordinal)];
    }

    /// <summary>How much a term tells; of a brand that is new all scores are 0, and what is frequent tells most.</summary>
    private static double Weight(TopTerm term) => term.Score + term.Share;

    private static List<TopTerm> Found(EvidencePost post, IReadOnlyList<TopTerm> terms, TopTerms cutter)
    {
        var found = new List<TopTerm>();
        foreach (var term in cutter.Cut(post))
        {
            found.AddRange(terms.Where(top => top.Hash == term.Hash));
        }

        return found;
    }
}
