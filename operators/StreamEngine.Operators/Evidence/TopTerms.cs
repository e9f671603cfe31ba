using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>A term that an incident's posts have and the brand's negative posts usually have not.</summary>
/// <param name="Text">The folded word.</param>
/// <param name="Hash">Its <see cref="Hash64"/>.</param>
/// <param name="Posts">How many of the posts looked at have it.</param>
/// <param name="Share">These as a part of the posts looked at, 0 to 1.</param>
/// <param name="UsualShare">The part of the brand's negative posts that usually has it, 0 to 1.</param>
/// <param name="Score">The log-odds against the usual in standard errors.</param>
internal readonly record struct TopTerm(string Text, ulong Hash, int Posts, double Share, double UsualShare, double Score);

/// <summary>
/// Ranks terms by their log-odds with an informative Dirichlet prior (B. Monroe, M. Colaresi, K. Quinn, "Fightin' Words", Political Analysis
/// 16, 2008): for a term w with y of n in the incident's posts and u of m in the usual ones, and the prior α_w = a·(y + u)/(n + m),
/// δ = ln((y + α_w)/(n + a − y − α_w)) − ln((u + α_w)/(m + a − u − α_w)), var δ ≈ 1/(y + α_w) + 1/(u + α_w), and the score is δ/√var δ.
/// Of near-copies only one counts.
/// </summary>
internal sealed class TopTerms
{
    /// <summary>How many terms an alert tells.</summary>
    public const int PerAlert = 8;

    /// <summary>a: how many terms the prior weighs.</summary>
    private const double PriorTerms = 50;

    private const int MinPosts = 2;

    private readonly TermCutter _cutter = new();
    private readonly Dictionary<ulong, (string Text, int Posts)> _counts = [];
    private readonly HashSet<ulong> _names = [];

    /// <summary>The terms of a post, without the brand's names as the last call of <see cref="Choose"/> or <see cref="Learn"/> knew them.</summary>
    public ReadOnlySpan<Term> Cut(EvidencePost post) => _cutter.Cut(post, _names);

    /// <summary>Learns posts as usual ones.</summary>
    public void Learn(ReadOnlySpan<byte> brand, IReadOnlyList<EvidencePost> posts, TermTable usual)
    {
        LearnNames(brand, posts);
        foreach (var post in posts)
        {
            usual.Learn(Cut(post));
        }
    }

    /// <summary>The terms that tell an incident's posts from the usual ones, the most telling first.</summary>
    /// <param name="brand">The brand's name in UTF-8; its words are no terms.</param>
    /// <param name="posts">Posts of the incident.</param>
    /// <param name="earlier">Posts from before it that <paramref name="usual"/> does not hold yet.</param>
    /// <param name="usual">The brand's usual terms.</param>
    public List<TopTerm> Choose(ReadOnlySpan<byte> brand, IReadOnlyList<EvidencePost> posts, IReadOnlyList<EvidencePost> earlier, TermTable usual)
    {
        LearnNames(brand, posts);
        var before = new Dictionary<ulong, int>();
        var (n, m, distinct) = (0.0, usual.Terms, 0);
        foreach (var post in Distinct(earlier))
        {
            foreach (var term in Cut(post))
            {
                before[term.Hash] = before.GetValueOrDefault(term.Hash) + 1;
                m++;
            }
        }

        _counts.Clear();
        foreach (var post in Distinct(posts))
        {
            distinct++;
            foreach (var term in Cut(post))
            {
                var known = _counts.TryGetValue(term.Hash, out var count);
                _counts[term.Hash] = (known ? count.Text : _cutter.Text(term), count.Posts + 1);
                n++;
            }
        }

        var least = Math.Min(MinPosts, distinct);
        var usualPosts = Math.Max(1, usual.Posts + Distinct(earlier).Count());
        return
        [
            .. _counts.Where(entry => entry.Value.Posts >= least)
                .Select(entry =>
                {
                    var (y, u) = (entry.Value.Posts, usual[entry.Key] + before.GetValueOrDefault(entry.Key));
                    return new TopTerm(entry.Value.Text, entry.Key, y, (double)y / distinct, Math.Min(1, u / usualPosts), Score(y, n, u, m));
                })
                .Where(term => term.Score >= 0)
                .OrderByDescending(term => term.Score).ThenByDescending(term => term.Posts).ThenBy(term => term.Text, StringComparer.Ordinal)
                .Take(PerAlert),
        ];
    }

    /// <summary>Posts without near-copies of those before them.</summary>
    public static IEnumerable<EvidencePost> Distinct(IEnumerable<EvidencePost> posts)
    {
        var signatures = new List<ulong>();
        foreach (var post in posts)
        {
            if (!signatures.Exists(other => TextSignature.AreCopies(other, post.Signature)))
            {
                signatures.Add(post.Signature);
                yield return post;
            }
        }
    }

    /// <summary>The score, to the millionth: terms that are as usual score 0 whatever rounding does.</summary>
    private static double Score(double y, double n, double u, double m)
    {
        var prior = PriorTerms * (y + u) / (n + m);
        var delta = LogOdds(y + prior, n + PriorTerms) - LogOdds(u + prior, m + PriorTerms);
        return Math.Round(delta / Math.Sqrt((1 / (y + prior)) + (1 / (u + prior))), 6);
    }

    /// <summary>Where nearly all of so many terms are this one, half of one is taken to be another.</summary>
    private static double LogOdds(double of, double all) => Math.Log(of / Math.Max(0.5, all - of));

    private void LearnNames(ReadOnlySpan<byte> brand, IReadOnlyList<EvidencePost> posts)
    {
        _names.Clear();
        TermCutter.Names(brand, _names);
        foreach (var post in posts)
        {
            TermCutter.Names(post.Utf8.AsSpan(post.MentionStart, post.MentionLength), _names);
        }
    }
}
