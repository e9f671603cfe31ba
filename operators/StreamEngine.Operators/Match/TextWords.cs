using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace StreamEngine.Operators;

/// <summary>
/// Cuts folded text into words: longest runs of letters, digits, combining marks and underscores. Boundaries are found 64 bytes at a
/// time, so <see cref="Slack"/> bytes behind the text must be readable.
/// </summary>
internal ref struct TextWords
{
    /// <summary>Readable bytes that must follow the text.</summary>
    public const int Slack = 64;

    private readonly ref byte _text;
    private readonly int _length;
    private ulong _edges;
    private int _base;
    private bool _inWord;
    private bool _anyHigh;
    private int _splitAt;
    private int _splitEnd;

    /// <summary>Starts at the beginning of a text.</summary>
    /// <param name="buffer">The folded text and <see cref="Slack"/> more bytes.</param>
    /// <param name="length">Length of the text.</param>
    public TextWords(byte[] buffer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - Slack);
        _text = ref MemoryMarshal.GetArrayDataReference(buffer);
        _length = length;
        _base = -64;
    }

    /// <summary>Finds the next word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext(out int start, out int end)
    {
        if (_splitAt < _splitEnd && Split(out start, out end))
        {
            return true;
        }

        while (NextEdge(out start))
        {
            NextEdge(out end);
            if (!_anyHigh || IsAscii(start, end))
            {
                return true;
            }

            (_splitAt, _splitEnd) = (start, end);
            if (Split(out start, out end))
            {
                return true;
            }
        }

        end = 0;
        return false;
    }

    /// <summary>The next place where a word starts or ends; the text's end ends a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool NextEdge(out int position)
    {
        while (_edges == 0)
        {
            _base += 64;
            if (_base >= _length)
            {
                position = _length;
                var open = _inWord;
                _inWord = false;
                _base = _length;
                return open;
            }

            ReadEdges();
        }

        position = _base + BitOperations.TrailingZeroCount(_edges);
        _edges &= _edges - 1;
        return true;
    }

    private void ReadEdges()
    {
        var low = WordMask(Vector256.LoadUnsafe(ref _text, (nuint)_base), out var lowHigh);
        var high = WordMask(Vector256.LoadUnsafe(ref _text, (nuint)_base + 32), out var highHigh);
        var mask = low | ((ulong)high << 32);
        var left = _length - _base;
        if (left < 64)
        {
            mask &= (1UL << left) - 1;
        }

        _anyHigh |= (lowHigh | highHigh) != 0;
        _edges = mask ^ ((mask << 1) | (_inWord ? 1UL : 0));
        _inWord = (mask >> 63) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WordMask(Vector256<byte> bytes, out uint high)
    {
        high = bytes.ExtractMostSignificantBits();
        var letters = Vector256.LessThan(bytes - Vector256.Create((byte)'a'), Vector256.Create((byte)26));
        var digits = Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));
        var line = Vector256.Equals(bytes, Vector256.Create((byte)'_'));
        return (letters | digits | line).ExtractMostSignificantBits() | high;
    }

    private readonly bool IsAscii(int start, int end) => System.Text.Ascii.IsValid(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _text, start), end - start));

    /// <summary>Finds the next word within a run that has characters beyond ASCII, some of which may be signs.</summary>
    private bool Split(out int start, out int end)
    {
        start = -1;
        while (_splitAt < _splitEnd)
        {
            var rest = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _text, _splitAt), _splitEnd - _splitAt);
            Rune.DecodeFromUtf8(rest, out var rune, out var length);
            if (IsWordRune(rune))
            {
                start = start < 0 ? _splitAt : start;
            }
            else if (start >= 0)
            {
                end = _splitAt;
                _splitAt += length;
                return true;
            }

            _splitAt += length;
        }

        end = _splitEnd;
        return start >= 0;
    }

    private static bool IsWordRune(Rune rune) => rune.IsAscii
        || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
