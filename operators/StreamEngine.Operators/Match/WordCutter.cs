using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace StreamEngine.Operators;

/// <summary>
/// Cuts folded text into words: longest runs of letters, digits, combining marks and underscores. A bit per byte says whether it belongs
/// to a word, found 32 bytes at a time; only characters that folding leaves beyond ASCII are decoded.
/// </summary>
internal sealed class WordCutter
{
    /// <summary>Readable bytes that must follow the text.</summary>
    public const int Slack = 64;

    private ulong[] _inWord = new ulong[64];
    private int[] _edges = new int[512];

    /// <summary>The words of the last text: start and end of each, in turn.</summary>
    public int[] Edges => _edges;

    /// <summary>Cuts a text and returns how many <see cref="Edges"/> there are.</summary>
    /// <param name="buffer">The folded text and <see cref="Slack"/> more bytes.</param>
    /// <param name="length">Length of the text.</param>
    public int Cut(byte[] buffer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - Slack);
        var blocks = (length + 63) >> 6;
        if (_inWord.Length <= blocks)
        {
            _inWord = new ulong[blocks * 2];
        }

        if (_edges.Length < length + 2)
        {
            _edges = new int[(length * 2) + 2];
        }

        ref var text = ref MemoryMarshal.GetArrayDataReference(buffer);
        var anyHigh = 0u;
        for (var block = 0; block < blocks; block++)
        {
            var low = WordMask(Vector256.LoadUnsafe(ref text, (nuint)(block << 6)), ref anyHigh);
            var high = WordMask(Vector256.LoadUnsafe(ref text, (nuint)((block << 6) + 32)), ref anyHigh);
            _inWord[block] = low | ((ulong)high << 32);
        }

        if (anyHigh != 0)
        {
            MarkBeyondAscii(buffer.AsSpan(0, length));
        }

        return ListEdges(blocks, length);
    }

    private int ListEdges(int blocks, int length)
    {
        ref var edges = ref MemoryMarshal.GetArrayDataReference(_edges);
        var count = 0;
        var before = 0UL;
        for (var block = 0; block < blocks; block++)
        {
            var mask = _inWord[block];
            if (block == blocks - 1 && (length & 63) != 0)
            {
                mask &= (1UL << (length & 63)) - 1;
            }

            for (var changes = mask ^ ((mask << 1) | before); changes != 0; changes &= changes - 1)
            {
                Unsafe.Add(ref edges, count++) = (block << 6) + BitOperations.TrailingZeroCount(changes);
            }

            before = mask >> 63;
        }

        if ((count & 1) != 0)
        {
            _edges[count++] = length;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WordMask(Vector256<byte> bytes, ref uint anyHigh)
    {
        anyHigh |= bytes.ExtractMostSignificantBits();
        var letters = Vector256.LessThan(bytes - Vector256.Create((byte)'a'), Vector256.Create((byte)26));
        var digits = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        var line = Vector256.Equals(bytes, Vector256.Create((byte)'_'));
        return (letters | digits | line).ExtractMostSignificantBits();
    }

    private void MarkBeyondAscii(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOfAnyInRange((byte)0x80, (byte)0xFF); at >= 0;)
        {
            var rest = text[at..];
            Rune.DecodeFromUtf8(rest, out var rune, out var size);
            if (IsOfWord(rune))
            {
                for (var i = at; i < at + size; i++)
                {
                    _inWord[i >> 6] |= 1UL << (i & 63);
                }
            }

            var next = rest[size..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            at = next < 0 ? -1 : at + size + next;
        }
    }

    // Most are emoji, which are in no word.
    private static bool IsOfWord(Rune rune) => rune.Value is < 0x1F000 or > 0x1FAFF
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
