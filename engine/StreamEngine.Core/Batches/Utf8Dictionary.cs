using System.Text;

namespace StreamEngine.Core.Batches;

/// <summary>
/// Texts with consecutive codes from 0. Only grows; a lookup allocates nothing. Not safe for use by several threads at once.
/// </summary>
public sealed class Utf8Dictionary
{
    private readonly List<byte[]> _texts = [];
    private int[] _slots = new int[64];

    /// <summary>Creates an empty dictionary.</summary>
    /// <param name="maxCount">How many texts it takes; further ones are refused by <see cref="GetOrAdd(ReadOnlySpan{byte})"/> with code -1.</param>
    public Utf8Dictionary(int maxCount = 1 << 20) => MaxCount = maxCount;

    /// <summary>How many texts it takes at most.</summary>
    public int MaxCount { get; }

    /// <summary>How many texts there are; codes are 0 to Count - 1.</summary>
    public int Count => _texts.Count;

    /// <summary>The text of a code.</summary>
    public ReadOnlySpan<byte> this[int code] => _texts[code];

    /// <summary>The code of <paramref name="text"/>, or -1 if it is not there.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        var mask = _slots.Length - 1;
        for (var i = Hash(text) & mask; ; i = (i + 1) & mask)
        {
            var code = _slots[i] - 1;
            if (code < 0 || text.SequenceEqual(_texts[code]))
            {
                return code;
            }
        }
    }

    /// <summary>The code of <paramref name="text"/>, which is added where it is new; -1 when the dictionary is full.</summary>
    public int GetOrAdd(ReadOnlySpan<byte> text)
    {
        var code = Find(text);
        return code >= 0 ? code : Add(text);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{byte})"/>
    public int GetOrAdd(string text) => GetOrAdd(Encoding.UTF8.GetBytes(text));

    /// <summary>The text of a code as a string.</summary>
    public string GetString(int code) => code < 0 ? "" : Encoding.UTF8.GetString(_texts[code]);

    private int Add(ReadOnlySpan<byte> text)
    {
        if (_texts.Count >= MaxCount)
        {
            return -1;
        }

        if ((_texts.Count + 1) * 2 > _slots.Length)
        {
            Rehash(_slots.Length * 2);
        }

        _texts.Add(text.ToArray());
        Place(text, _texts.Count);
        return _texts.Count - 1;
    }

    private void Rehash(int size)
    {
        _slots = new int[size];
        for (var code = 0; code < _texts.Count; code++)
        {
            Place(_texts[code], code + 1);
        }
    }

    private void Place(ReadOnlySpan<byte> text, int slotValue)
    {
        var mask = _slots.Length - 1;
        var i = Hash(text) & mask;
        while (_slots[i] != 0)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = slotValue;
    }

    private static int Hash(ReadOnlySpan<byte> text) => (int)Hash64.Of(text);
}
