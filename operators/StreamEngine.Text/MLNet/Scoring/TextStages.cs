using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace StreamEngine.Text.MLNet;

/// <summary>One step of scoring, with the buffers of one scorer. Steps run in order, once per post.</summary>
internal abstract class Stage
{
    public abstract void Run();

    /// <summary>Makes a buffer at least <paramref name="length"/> long; what it held is lost.</summary>
    protected static void Grow<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[Math.Max(length, 2 * buffer.Length)];
    }
}

/// <summary>A step that holds text as UTF-16 units.</summary>
internal abstract class TextStage : Stage
{
    private char[] _buffer = new char[512];

    /// <summary>Length of the text.</summary>
    public int Length { get; protected set; }

    public ReadOnlySpan<char> Text => _buffer.AsSpan(0, Length);

    /// <summary>The text and at least <see cref="Vocabulary.Slack"/> more units of any content.</summary>
    public ReadOnlySpan<char> Buffer => _buffer;

    /// <summary>Room for a text of so many units.</summary>
    protected Span<char> Reset(int length)
    {
        Grow(ref _buffer, length + Vocabulary.Slack);
        return _buffer.AsSpan(0, length);
    }
}

/// <summary>The post as it came.</summary>
internal sealed class InputStage : TextStage
{
    /// <summary>Takes UTF-8; bytes that are none become U+FFFD.</summary>
    public void Set(ReadOnlySpan<byte> utf8)
    {
        Utf8.ToUtf16(utf8, Reset(utf8.Length), out _, out var length);
        Length = length;
    }

    /// <summary>Takes UTF-16, lone surrogates included.</summary>
    public void Set(ReadOnlySpan<char> text)
    {
        text.CopyTo(Reset(text.Length));
        Length = text.Length;
    }

    public override void Run()
    {
    }
}

/// <summary>Folds case and diacritics and drops units.</summary>
internal sealed class FoldStage(TextStage source, CharFold fold) : TextStage
{
    public override void Run() => Length = fold.Apply(source.Text, Reset(source.Length));
}

/// <summary>Splits text into words.</summary>
internal sealed class WordStage : Stage
{
    private const char Blank = ' ';
    private readonly TextStage _source;
    private readonly char[] _separators;
    private WordSpan[] _words = new WordSpan[64];

    public WordStage(TextStage source, char[] separators)
    {
        _source = source;
        _separators = separators;
    }

    /// <summary>Number of words.</summary>
    public int Count { get; private set; }

    /// <summary>The text that the words lie in, with its slack.</summary>
    public ReadOnlySpan<char> Buffer => _source.Buffer;

    /// <summary>Where the words lie, in order.</summary>
    public ReadOnlySpan<WordSpan> Words => _words.AsSpan(0, Count);

    public override void Run()
    {
        var text = _source.Text;
        Grow(ref _words, text.Length / 2 + 1);
        Count = 0;
        if (_separators is [Blank])
            SplitAtBlanks(text);
        else
            SplitAtSeparators(text);
    }

    private void SplitAtBlanks(ReadOnlySpan<char> text)
    {
        var units = MemoryMarshal.Cast<char, ushort>(text);
        var words = _words;
        var count = 0;
        var start = 0;
        var at = 0;
        for (; at + Vector256<ushort>.Count <= units.Length; at += Vector256<ushort>.Count)
        {
            var blanks = Vector256.Equals(Vector256.Create(units[at..]), Vector256.Create((ushort)Blank)).ExtractMostSignificantBits();
            for (; blanks != 0; blanks &= blanks - 1)
            {
                var end = at + BitOperations.TrailingZeroCount(blanks);
                words[count] = new WordSpan(start, end - start);
                count += end > start ? 1 : 0;
                start = end + 1;
            }
        }
        for (; at < text.Length; at++)
        {
            if (text[at] != Blank)
                continue;
            words[count] = new WordSpan(start, at - start);
            count += at > start ? 1 : 0;
            start = at + 1;
        }
        if (start < text.Length)
            words[count++] = new WordSpan(start, text.Length - start);
        Count = count;
    }

    private void SplitAtSeparators(ReadOnlySpan<char> text)
    {
        for (var start = 0; start <= text.Length;)
        {
            var length = text[start..].IndexOfAny(_separators);
            var end = length < 0 ? text.Length : start + length;
            var (from, to) = (start, end);
            while (from < to && text[from] == Blank)
                from++;
            while (to > from && text[to - 1] == Blank)
                to--;
            if (from < to)
                _words[Count++] = new WordSpan(from, to - from);
            start = end + 1;
        }
    }
}

/// <summary>Where a word lies in its text.</summary>
internal readonly record struct WordSpan(int Start, int Length);
