using System.Runtime.CompilerServices;

namespace StreamEngine.Text.Features;

/// <summary>
/// The features that units have together: word pairs, negated words, and signals of tone. Their state runs along a
/// post, so that training and scoring see the same whatever portions it is read in.
/// </summary>
internal struct ClauseFeatures
{
    /// <summary>The most features that one unit adds.</summary>
    public const int MostPerUnit = 4;

    private const uint NegatedMark = 0xA5A5_0001, CapitalsMark = 0xA5A5_0002, ElongatedMark = 0xA5A5_0003;

    private uint _previous;
    private int _negated;

    /// <summary>Adds the features of the next unit.</summary>
    /// <param name="word">The unit's own key (the first that <see cref="WordFeatures.List"/> gives).</param>
    /// <param name="negates">Whether it is a negation.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="flags">Its signals.</param>
    /// <param name="features">Room for <see cref="MostPerUnit"/> keys.</param>
    /// <returns>The number of features added.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(uint word, bool negates, UnitKind kind, TokenFlags flags, Span<uint> features)
    {
        if (kind == UnitKind.Break)
        {
            _previous = 0;
            _negated = 0;
            return 0;
        }
        var count = 0;
        if (_previous != 0)
            features[count++] = WordHash.Pair(_previous, word);
        _previous = word;
        if (kind == UnitKind.Word)
        {
            if (_negated > 0)
            {
                features[count++] = WordHash.Pair(NegatedMark, word);
                _negated--;
            }
            if (negates)
                _negated = Negation.Reach;
            if ((flags & TokenFlags.Capitals) != 0)
                features[count++] = CapitalsMark;
        }
        if ((flags & TokenFlags.Elongated) != 0)
            features[count++] = ElongatedMark;
        return count;
    }
}
