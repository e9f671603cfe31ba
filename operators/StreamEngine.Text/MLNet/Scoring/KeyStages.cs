namespace StreamEngine.Text.MLNet;

/// <summary>A step that makes a sequence of keys.</summary>
internal abstract class KeyStage : Stage
{
    private uint[] _keys = new uint[512];
    private int _count;

    public ReadOnlySpan<uint> Keys => _keys.AsSpan(0, _count);

    protected Span<uint> Reset(int count)
    {
        Grow(ref _keys, count);
        _count = count;
        return _keys.AsSpan(0, count);
    }
}

/// <summary>Keys of words in a vocabulary.</summary>
internal sealed class TermStage(WordStage source, Vocabulary terms) : KeyStage
{
    private ulong[] _hashes = new ulong[64];

    public override void Run()
    {
        var words = source.Words;
        Grow(ref _hashes, words.Length);
        terms.Keys(source.Buffer, words, _hashes, Reset(words.Length));
    }
}

/// <summary>Keys of words by hash: 1 to 2^bits.</summary>
internal sealed class HashedWordStage(WordStage source, int bits, uint seed) : KeyStage
{
    private readonly uint _mask = (1u << bits) - 1;

    public override void Run()
    {
        var buffer = source.Buffer;
        var words = source.Words;
        var keys = Reset(words.Length);
        for (var i = 0; i < words.Length; i++)
            keys[i] = (WordHash.Of(buffer.Slice(words[i].Start, words[i].Length), seed) & _mask) + 1;
    }
}

/// <summary>Keys of UTF-16 units: the unit itself, between markers of start and end.</summary>
internal sealed class CharStage(TextStage source, bool markers) : KeyStage
{
    private const uint Start = 2;
    private const uint End = 3;

    public override void Run()
    {
        var text = source.Text;
        if (text.IsEmpty)
        {
            Reset(0);
            return;
        }
        var keys = Reset(markers ? text.Length + 2 : text.Length);
        if (markers)
        {
            keys[0] = Start;
            keys[^1] = End;
            keys = keys[1..^1];
        }
        for (var i = 0; i < text.Length; i++)
            keys[i] = text[i];
    }
}
