using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Words and their keys: word i has key i + 1, unknown words have 0. Comparison is by UTF-16 unit, so a hash that
/// two words share decides nothing.
/// </summary>
internal sealed class Vocabulary
{
    private readonly char[] _text;
    private readonly int[] _starts;
    private readonly Entry[] _table;
    private readonly int _shift;

    private Vocabulary(char[] text, int[] starts, Entry[] table)
    {
        _text = text;
        _starts = starts;
        _table = table;
        _shift = 64 - BitOperations.Log2((uint)table.Length);
    }

    /// <summary>Number of words.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Reads one vocabulary: a count and that many strings.</summary>
    public static Vocabulary Read(ref BlockReader reader)
    {
        var count = reader.Count("terms", 4);
        var starts = new int[count + 1];
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2L * count, 4));
        var text = new char[1024];
        var vocabulary = new Vocabulary(text, starts, new Entry[capacity]);
        for (var i = 0; i < count; i++)
        {
            var term = reader.Text();
            if (term.IsEmpty)
                throw reader.Error($"term {i} is empty");
            ref var entry = ref vocabulary.Slot(term, Hash(term), text);
            if (entry.Key != 0)
                throw reader.Error($"term {i} \"{term}\" stands in the vocabulary twice");
            entry = new Entry((uint)Hash(term), i + 1);
            var end = starts[i] + term.Length;
            if (end > text.Length)
                Array.Resize(ref text, Math.Max(end, checked(2 * text.Length)));
            term.CopyTo(text.AsSpan(starts[i]));
            starts[i + 1] = end;
        }
        return new Vocabulary(text.AsSpan(0, starts[count]).ToArray(), starts, vocabulary._table);
    }

    /// <summary>The word of key <paramref name="index"/> + 1.</summary>
    public ReadOnlySpan<char> Term(int index) => Term(_text, index);

    /// <summary>The key of a word, 0 if it is unknown.</summary>
    public uint Key(ReadOnlySpan<char> word) => (uint)Slot(word, Hash(word), _text).Key;

    private ReadOnlySpan<char> Term(char[] text, int index) => text.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    private ref Entry Slot(ReadOnlySpan<char> word, ulong hash, char[] text)
    {
        var table = _table;
        var mask = table.Length - 1;
        for (var at = (int)(hash >> _shift); ; at = (at + 1) & mask)
        {
            ref var entry = ref table[at];
            if (entry.Key == 0 || (entry.Hash == (uint)hash && Term(text, entry.Key - 1).SequenceEqual(word)))
                return ref entry;
        }
    }

    private static ulong Hash(ReadOnlySpan<char> word)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (ulong)word.Length * Factor;
        while (word.Length >= 4)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(word))) * Factor;
            hash ^= hash >> 29;
            word = word[4..];
        }
        ulong rest = 0;
        foreach (var c in word)
            rest = (rest << 16) | c;
        hash = (hash ^ rest) * Factor;
        hash ^= hash >> 32;
        return hash * Factor;
    }

    private readonly record struct Entry(uint Hash, int Key);
}
