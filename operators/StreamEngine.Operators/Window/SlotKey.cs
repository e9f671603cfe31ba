using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Operators;

/// <summary>What a slot counts: a window and codes of its task's own dictionaries; -1 where the graph does not group by a column.</summary>
internal readonly record struct SlotKey(long Start, int Brand, int Channel, int Language)
{
    /// <summary>Stands for a text that is too long to be kept.</summary>
    public const int TooLong = -2;

    /// <summary>Whether one of the texts is too long to be kept.</summary>
    public bool IsTooLong => Brand == TooLong || Channel == TooLong || Language == TooLong;

    /// <summary>A hash for tables in memory; it is never stored.</summary>
    public int Hash => (int)Hash64.Mix((ulong)Start ^ Hash64.Mix(((ulong)(uint)Brand << 32) ^ ((ulong)(uint)Channel << 16) ^ (uint)Language));
}

/// <summary>
/// The texts behind the codes of slot keys, as one task knows them. A graph that meets ever new texts has them forgotten with their slots:
/// all keys that are kept get codes anew, one by one, between <see cref="BeginAnew"/> and <see cref="Renewed"/>.
/// </summary>
internal sealed class KeyTexts
{
    /// <summary>Columns that a window can be grouped by.</summary>
    public const int Count = 3;

    /// <summary>So few texts are not worth forgetting.</summary>
    private const int LeastToForget = 1 << 16;

    private Utf8Dictionary[] _dictionaries = New();
    private Utf8Dictionary[] _former = [];
    private int _forgetAbove = LeastToForget;

    /// <summary>Whether there are so many texts, twice those of the keys last kept, that most may be of keys that are gone.</summary>
    public bool AreMany => Most > _forgetAbove;

    /// <summary>The dictionary of a column: 0 brand, 1 channel, 2 language. Another one after <see cref="BeginAnew"/>.</summary>
    public Utf8Dictionary this[int column] => _dictionaries[column];

    /// <summary>Begins without texts. Codes given before mean nothing any more but to <see cref="Renew"/>.</summary>
    public void BeginAnew() => (_former, _dictionaries) = (_dictionaries, New());

    /// <summary>A key from before <see cref="BeginAnew"/>, in the codes of now.</summary>
    public SlotKey Renew(in SlotKey key) => new(key.Start, RenewCode(0, key.Brand), RenewCode(1, key.Channel), RenewCode(2, key.Language));

    /// <summary>Says that all keys that are kept have been renewed.</summary>
    public void Renewed()
    {
        _former = [];
        _forgetAbove = Math.Max(LeastToForget, 2 * Most);
    }

    /// <summary>The text of a code; empty where absent.</summary>
    public ReadOnlySpan<byte> Text(int column, int code) => code < 0 ? default : _dictionaries[column][code];

    /// <summary>The code of a text; -1 for an absent one.</summary>
    public int Code(int column, ReadOnlySpan<byte> text, bool absent) => absent ? -1 : _dictionaries[column].GetOrAdd(text);

    /// <summary>Orders keys by window, then by their texts: the same on every machine and run.</summary>
    public int Compare(in SlotKey a, in SlotKey b)
    {
        var order = a.Start.CompareTo(b.Start);
        order = order != 0 ? order : CompareTexts(0, a.Brand, b.Brand);
        order = order != 0 ? order : CompareTexts(1, a.Channel, b.Channel);
        return order != 0 ? order : CompareTexts(2, a.Language, b.Language);
    }

    /// <summary>Writes a key with its texts.</summary>
    public void Write(in SlotKey key, StateWriter writer)
    {
        writer.WriteSigned(key.Start);
        WriteCode(0, key.Brand, writer);
        WriteCode(1, key.Channel, writer);
        WriteCode(2, key.Language, writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public SlotKey Read(ref StateReader reader)
    {
        var start = reader.ReadSigned();
        var brand = ReadCode(0, ref reader);
        var channel = ReadCode(1, ref reader);
        return new SlotKey(start, brand, channel, ReadCode(2, ref reader));
    }

    private int Most => Math.Max(_dictionaries[0].Count, Math.Max(_dictionaries[1].Count, _dictionaries[2].Count));

    private static Utf8Dictionary[] New() => [new(int.MaxValue), new(int.MaxValue), new(int.MaxValue)];

    private int RenewCode(int column, int code) => code < 0 ? -1 : _dictionaries[column].GetOrAdd(_former[column][code]);

    private int CompareTexts(int column, int a, int b) =>
        a == b ? 0 : a < 0 || b < 0 ? a.CompareTo(b) : _dictionaries[column][a].SequenceCompareTo(_dictionaries[column][b]);

    /// <summary>0 = absent, else the length + 1 and the text.</summary>
    private void WriteCode(int column, int code, StateWriter writer)
    {
        var text = Text(column, code);
        writer.WriteCount(code < 0 ? 0 : text.Length + 1);
        writer.WriteRaw(text);
    }

    private int ReadCode(int column, ref StateReader reader)
    {
        var length = (int)reader.ReadCount(int.MaxValue) - 1;
        return length < 0 ? -1 : _dictionaries[column].GetOrAdd(reader.ReadRaw(length));
    }
}
