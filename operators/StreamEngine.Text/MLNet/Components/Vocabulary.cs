using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Words and their keys: word i has key i + 1, unknown words have 0. Comparison is by UTF-16 unit, so a hash that
/// two words share decides nothing. Words of up to eight units are hashed and compared as one masked vector.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>Units that must be readable from the start of any word, however short: see <see cref="Keys"/>.</summary>
    public const int Slack = 8;

    /// <summary>Each word in <see cref="_records"/>: key and length, two units each, then the word.</summary>
    private const int HeaderUnits = 4;

    private readonly char[] _records;
    private readonly Entry[] _table;
    private readonly int _shift;

    private Vocabulary(char[] records, Entry[] table, int count)
    {
        _records = records;
        _table = table;
        _shift = 64 - BitOperations.Log2((uint)table.Length);
        Count = count;
    }

    /// <summary>Number of words.</summary>
    public int Count { get; }

    /// <summary>Reads one vocabulary: a count and that many strings.</summary>
    public static Vocabulary Read(ref BlockReader reader)
    {
        var count = reader.Count("terms", 4);
        // At least one place stays free: it ends the search for a word that is not there.
        var table = new Entry[(int)BitOperations.RoundUpToPowerOf2((uint)(count + count / 3L + 2))];
        var records = new char[1024];
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            var term = reader.Text();
            if (term.IsEmpty)
                throw reader.Error($"term {i} is empty");
            var start = end;
            end += HeaderUnits + term.Length;
            if (end + Slack > records.Length)
                Array.Resize(ref records, checked(2 * (end + Slack)));
            WriteInt32(records.AsSpan(start), i + 1);
            WriteInt32(records.AsSpan(start + 2), term.Length);
            term.CopyTo(records.AsSpan(start + HeaderUnits));
            // The units after the word are still zero, but masked away in any case.
            var vocabulary = new Vocabulary(records, table, i);
            var head = Head(records, start + HeaderUnits, term.Length);
            var hash = Hash(head, Rest(records, start + HeaderUnits, term.Length), term.Length);
            ref var entry = ref vocabulary.Slot(hash, head, records, start + HeaderUnits, term.Length);
            if (entry.Record != 0)
                throw reader.Error($"term {i} \"{term}\" stands in the vocabulary twice");
            entry = new Entry((uint)hash, start + 1);
        }
        return new Vocabulary(records.AsSpan(0, end + Slack).ToArray(), table, count);
    }

    /// <summary>
    /// The keys of words, 0 for those that are unknown. All words are hashed first, then looked up: so the memory
    /// that they lie in is fetched at the same time.
    /// </summary>
    /// <param name="buffer">Holds the words, and from the start of each on at least <see cref="Slack"/> units, whatever they are.</param>
    /// <param name="words">Where the words lie.</param>
    /// <param name="hashes">Scratch as long as <paramref name="words"/>.</param>
    /// <param name="keys">Receives the keys, as long as <paramref name="words"/>.</param>
    public void Keys(ReadOnlySpan<char> buffer, ReadOnlySpan<WordSpan> words, Span<ulong> hashes, Span<uint> keys)
    {
        var table = _table;
        var shift = _shift;
        hashes = hashes[..words.Length];
        keys = keys[..words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var (start, length) = words[i];
            hashes[i] = Hash(Head(buffer, start, length), Rest(buffer, start, length), length);
        }
        for (var i = 0; i < hashes.Length; i++)
        {
            // The record that the word probably has; to be confirmed below.
            var entry = table[hashes[i] >> shift];
            keys[i] = entry.Hash == (uint)hashes[i] ? (uint)entry.Record : 0;
        }
        for (var i = 0; i < keys.Length; i++)
        {
            var (start, length) = words[i];
            var head = Head(buffer, start, length);
            var record = (int)keys[i];
            if (record == 0 || !Is(record - 1, head, buffer, start, length))
                record = Slot(hashes[i], head, buffer, start, length).Record;
            keys[i] = record == 0 ? 0 : (uint)ReadInt32(_records.AsSpan(record - 1));
        }
    }

    /// <summary>All words in the order of their keys.</summary>
    public string[] Terms()
    {
        var terms = new string[Count];
        for (int i = 0, at = 0; i < terms.Length; i++)
        {
            var length = ReadInt32(_records.AsSpan(at + 2));
            terms[i] = new string(_records, at + HeaderUnits, length);
            at += HeaderUnits + length;
        }
        return terms;
    }

    /// <summary>The entry of a word, or the free one where it belongs.</summary>
    private ref Entry Slot(ulong hash, Vector128<ushort> head, ReadOnlySpan<char> buffer, int start, int length)
    {
        var table = _table;
        for (var at = (int)(hash >> _shift); ; at++)
        {
            ref var entry = ref table[at & (table.Length - 1)];
            if (entry.Record == 0 || (entry.Hash == (uint)hash && Is(entry.Record - 1, head, buffer, start, length)))
                return ref entry;
        }
    }

    /// <summary>Whether a record holds this word.</summary>
    private bool Is(int record, Vector128<ushort> head, ReadOnlySpan<char> buffer, int start, int length)
    {
        var word = record + HeaderUnits;
        return ReadInt32(_records.AsSpan(record + 2)) == length && Head(_records, word, length) == head
            && (length <= Slack || Rest(_records, word, length).SequenceEqual(Rest(buffer, start, length)));
    }

    /// <summary>The units of a word after the first eight.</summary>
    private static ReadOnlySpan<char> Rest(ReadOnlySpan<char> buffer, int start, int length) =>
        length <= Slack ? default : buffer.Slice(start + Slack, length - Slack);

    /// <summary>The first eight units of a word, zeros after its end.</summary>
    private static Vector128<ushort> Head(ReadOnlySpan<char> buffer, int start, int length)
    {
        var units = Vector128.Create(MemoryMarshal.Cast<char, ushort>(buffer.Slice(start, Slack)));
        return units & Vector128.LessThan(Vector128<ushort>.Indices, Vector128.Create((ushort)Math.Min(length, Slack)));
    }

    private static ulong Hash(Vector128<ushort> head, ReadOnlySpan<char> rest, int length)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        const ulong OtherFactor = 0xC2B2AE3D27D4EB4F;
        var halves = head.AsUInt64();
        var hash = (halves[0] * Factor) ^ BitOperations.RotateLeft((halves[1] + (uint)length) * OtherFactor, 31);
        foreach (var unit in rest)
            hash = (BitOperations.RotateLeft(hash, 5) ^ unit) * Factor;
        hash ^= hash >> 32;
        return hash * Factor;
    }

    private static int ReadInt32(ReadOnlySpan<char> units) => units[0] | (units[1] << 16);

    private static void WriteInt32(Span<char> units, int value) => (units[0], units[1]) = ((char)value, (char)(value >> 16));

    /// <param name="Hash">Low bits of the hash.</param>
    /// <param name="Record">Where the record begins, plus one; 0 = free.</param>
    private readonly record struct Entry(uint Hash, int Record);
}
