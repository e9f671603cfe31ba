namespace StreamEngine.Text.Training.Translation;

/// <summary>
/// Finds which rows of two sets are one text in two languages. Both have the same order, but rows may be missing on
/// either side; the best matching in order is found by dynamic programming.
/// </summary>
internal sealed class RowMatching
{
    /// <summary>How many rows a match may lie off the straight line through both sets.</summary>
    private const int Band = 400;
    private const int Width = (2 * Band) + 1;
    private const float Missing = -0.3f;

    private readonly IReadOnlyList<TranslatedRow> _left, _right;
    private readonly Way[] _ways;

    private RowMatching(IReadOnlyList<TranslatedRow> left, IReadOnlyList<TranslatedRow> right)
    {
        (_left, _right) = (left, right);
        _ways = new Way[(long)(left.Count + 1) * Width];
    }

    private enum Way : byte
    {
        None,
        Match,
        LeftAlone,
        RightAlone,
    }

    /// <summary>The rows that match, in order.</summary>
    public static List<(TranslatedRow Left, TranslatedRow Right)> Match(IReadOnlyList<TranslatedRow> left, IReadOnlyList<TranslatedRow> right)
    {
        if (left.Count == 0 || right.Count == 0)
            return [];
        var matching = new RowMatching(left, right);
        matching.Fill();
        return matching.Trace();
    }

    /// <summary>The first right row of the band at a left one; it may lie before the first there is.</summary>
    private int Start(int left) => (int)((long)left * _right.Count / Math.Max(1, _left.Count)) - Band;

    private void Fill()
    {
        float[] above = new float[Width], row = new float[Width];
        for (var i = 0; i <= _left.Count; i++)
        {
            var shift = i == 0 ? 0 : Start(i) - Start(i - 1);
            for (var at = 0; at < Width; at++)
            {
                var j = Start(i) + at;
                var (best, way) = (i == 0 && j == 0 ? 0 : float.NegativeInfinity, Way.None);
                if (j >= 0 && j <= _right.Count)
                {
                    if (i > 0 && j > 0 && at + shift is >= 1 and <= Width)
                        Prefer(above[at + shift - 1] + Likeness(_left[i - 1], _right[j - 1]), Way.Match);
                    if (i > 0 && at + shift < Width)
                        Prefer(above[at + shift] + Missing, Way.LeftAlone);
                    if (at > 0)
                        Prefer(row[at - 1] + Missing, Way.RightAlone);
                }
                row[at] = best;
                _ways[((long)i * Width) + at] = way;

                void Prefer(float score, Way by)
                {
                    if (score > best)
                        (best, way) = (score, by);
                }
            }
            (above, row) = (row, above);
        }
    }

    private List<(TranslatedRow Left, TranslatedRow Right)> Trace()
    {
        var pairs = new List<(TranslatedRow Left, TranslatedRow Right)>();
        int i = _left.Count, j = _right.Count;
        while (i > 0 || j > 0)
        {
            switch (_ways[((long)i * Width) + j - Start(i)])
            {
                case Way.Match:
                    pairs.Add((_left[--i], _right[--j]));
                    break;
                case Way.LeftAlone:
                    i--;
                    break;
                case Way.RightAlone:
                    j--;
                    break;
                default:
                    // The sets differ so much that no path stays inside the band.
                    return [];
            }
        }
        pairs.Reverse();
        return pairs;
    }

    /// <summary>A translation has the same class, about the same length, and shares names and numbers.</summary>
    private static float Likeness(in TranslatedRow left, in TranslatedRow right)
    {
        var ratio = MathF.Log((left.Length + 5f) / (right.Length + 5f));
        var score = 0.5f - MathF.Min(3, 12 * ratio * ratio) - (left.Label == right.Label ? 0 : 3);
        // Hopeless pairs are not looked at more closely.
        return score < -2.6f ? score : score + (2f * Math.Min(Shared(left.Words, right.Words), 4) / (1 + (0.1f * left.Words.Length)));
    }

    private static int Shared(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        int i = 0, j = 0, shared = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i] == right[j])
                (shared, i, j) = (shared + 1, i + 1, j + 1);
            else if (left[i] < right[j])
                i++;
            else
                j++;
        }
        return shared;
    }
}
