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
    public abstract ReadOnlySpan<char> Text { get; }
}

/// <summary>The post as it came.</summary>
internal sealed class InputStage : TextStage
{
    private char[] _buffer = new char[512];
    private int _length;

    public override ReadOnlySpan<char> Text => _buffer.AsSpan(0, _length);

    /// <summary>Takes UTF-8; bytes that are none become U+FFFD.</summary>
    public void Set(ReadOnlySpan<byte> utf8)
    {
        Grow(ref _buffer, utf8.Length);
        Utf8.ToUtf16(utf8, _buffer, out _, out _length);
    }

    /// <summary>Takes UTF-16, lone surrogates included.</summary>
    public void Set(ReadOnlySpan<char> text)
    {
        Grow(ref _buffer, text.Length);
        text.CopyTo(_buffer);
        _length = text.Length;
    }

    public override void Run()
    {
    }
}

/// <summary>Folds case and diacritics and drops units.</summary>
internal sealed class FoldStage(TextStage source, CharFold fold) : TextStage
{
    private char[] _buffer = new char[512];
    private int _length;

    public override ReadOnlySpan<char> Text => _buffer.AsSpan(0, _length);

    public override void Run()
    {
        var text = source.Text;
        Grow(ref _buffer, text.Length);
        _length = fold.Apply(text, _buffer);
    }
}

/// <summary>Splits text into words.</summary>
internal sealed class WordStage(TextStage source, char[] separators) : Stage
{
    private const char Blank = ' ';
    private Range[] _words = new Range[64];

    /// <summary>Number of words.</summary>
    public int Count { get; private set; }

    /// <summary>The text that the words lie in.</summary>
    public ReadOnlySpan<char> Text => source.Text;

    /// <summary>Where the words lie, in order.</summary>
    public ReadOnlySpan<Range> Words => _words.AsSpan(0, Count);

    public override void Run()
    {
        var text = source.Text;
        Grow(ref _words, text.Length / 2 + 1);
        Count = 0;
        for (var at = 0; at <= text.Length;)
        {
            var rest = text[at..];
            var length = separators.Length == 1 ? rest.IndexOf(separators[0]) : rest.IndexOfAny(separators);
            if (length < 0)
                length = rest.Length;
            Add(text, at, at + length);
            at += length + 1;
        }
    }

    private void Add(ReadOnlySpan<char> text, int start, int end)
    {
        while (start < end && text[start] == Blank)
            start++;
        while (end > start && text[end - 1] == Blank)
            end--;
        if (start < end)
            _words[Count++] = new Range(start, end);
    }

    /// <summary>A piece of the text.</summary>
    internal readonly record struct Range(int Start, int End);
}
