using System.Buffers.Binary;
using System.Numerics;
using StreamEngine.Core.Batches;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>
/// Eight bytes that tell near-copies of a text: MinHash of its word pairs by one permutation (P. Li, A. Owen, C. Zhang, "One Permutation
/// Hashing", 2012), a byte for each of eight bins, empty bins filled from the next one (A. Shrivastava, P. Li, 2014). The share of equal
/// bytes estimates the Jaccard similarity of two texts' word pairs. Case, diacritics, punctuation, links, handles, a leading "RT" and
/// numbers make no difference.
/// </summary>
internal sealed class TextSignature
{
    /// <summary>A text of so few words that others write the same by chance: no copy of anything.</summary>
    public const ulong TooShort = 1;

    /// <summary>Texts of fewer words are <see cref="TooShort"/>.</summary>
    public const int MinWords = 4;

    /// <summary>Two texts are near-copies where at least so many of the eight bytes are equal; by chance that is so once in a million pairs.</summary>
    public const int MinEqual = 4;

    private const int Bins = 8;
    private const ulong PairMultiplier = 0x9FB2_1C65_1E98_DF25;

    private readonly WordCutter _cutter = new();
    private byte[] _folded = new byte[1024];

    /// <summary>Whether two texts are near-copies, by their signatures.</summary>
    public static bool AreCopies(ulong a, ulong b)
    {
        var unequal = a ^ b;
        if (unequal == 0)
        {
            return a != TooShort;
        }

        // Bit 7 of each byte of "differs" is set where the bytes are not equal.
        const ulong Low = 0x7F7F_7F7F_7F7F_7F7F;
        var differs = (((unequal & Low) + Low) | unequal) & ~Low;
        return Bins - BitOperations.PopCount(differs) >= MinEqual && a != TooShort && b != TooShort;
    }

    /// <summary>The signature of a text; never 0.</summary>
    public ulong Of(ReadOnlySpan<byte> text)
    {
        var most = TextFolding.MaxFoldedLength(text.Length) + WordCutter.Slack;
        if (_folded.Length < most)
        {
            _folded = new byte[most * 2];
        }

        var length = TextFolding.Fold(text, _folded);
        var edges = _cutter.Cut(_folded, length);
        Span<ulong> least = stackalloc ulong[Bins];
        least.Fill(ulong.MaxValue);
        var (before, words, linkEnd) = (0UL, 0, 0);
        for (var i = 0; i < edges; i += 2)
        {
            var (start, end) = (_cutter.Edges[i], _cutter.Edges[i + 1]);
            if (start < linkEnd || !Counts(start, end, length, words == 0, ref linkEnd))
            {
                continue;
            }

            var word = Hash64.Of(_folded.AsSpan(start, end - start));
            if (words++ > 0)
            {
                var pair = Hash64.Mix((before * PairMultiplier) + word);
                ref var bin = ref least[(int)(pair >> 61)];
                bin = Math.Min(bin, pair << 3);
            }

            before = word;
        }

        return words < MinWords ? TooShort : Pack(least);
    }

    /// <summary>Whether a word is part of what is compared.</summary>
    private bool Counts(int start, int end, int length, bool first, ref int linkEnd)
    {
        var word = _folded.AsSpan(start, end - start);
        if (start > 0 && _folded[start - 1] == (byte)'@')
        {
            return false;
        }

        if ((word.StartsWith("http"u8) && _folded.AsSpan(end, length - end).StartsWith("://"u8)) || (word.SequenceEqual("www"u8) && end < length && _folded[end] == (byte)'.'))
        {
            var space = _folded.AsSpan(end, length - end).IndexOfAny((byte)' ', (byte)'\n', (byte)'\t');
            linkEnd = space < 0 ? length : end + space;
            return false;
        }

        return !(first && word.SequenceEqual("rt"u8)) && word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0;
    }

    private static ulong Pack(Span<ulong> least)
    {
        Span<byte> bytes = stackalloc byte[Bins];
        for (var i = 0; i < Bins; i++)
        {
            var distance = 0;
            while (least[(i + distance) & (Bins - 1)] == ulong.MaxValue)
            {
                distance++;
            }

            bytes[i] = (byte)(Hash64.Mix(least[(i + distance) & (Bins - 1)] + (ulong)distance) >> 32);
        }

        return Math.Max(TooShort + 1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}
