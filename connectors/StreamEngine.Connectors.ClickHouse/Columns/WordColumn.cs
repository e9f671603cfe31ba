using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using StreamEngine.Core.Batches;

namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>
/// A column of <c>LowCardinality(String)</c>: the distinct words of the block and, for each row, which of them it holds.
/// </summary>
/// <remarks>
/// On the wire (ClickHouse, SerializationLowCardinality): UInt64 1, the version; then UInt64 flags: the width of the codes (0 to 2 for
/// UInt8 to UInt32) with the bits "has additional keys" (2⁹) and "needs update of the dictionary" (2¹⁰); UInt64 number of words; the words
/// as strings; UInt64 number of rows; the codes. The first word is the type's default, the empty text. A block without rows has none of it.
/// </remarks>
internal sealed class WordColumn : ColumnBuffer
{
    private const ulong Version = 1, HasAdditionalKeys = 1 << 9, NeedsUpdate = 1 << 10;

    private readonly WireBuffer _words = new();
    private readonly WireBuffer _codes = new();
    private readonly WireBuffer _ends = new();
    private int[] _slots = ArrayPool<int>.Shared.Rent(64);
    private int _mask = 63;
    private int _wordCount;
    private int _next;

    public WordColumn(string serverType)
        : base(serverType)
    {
        Array.Clear(_slots);
        AddWord([]);
    }

    public override int Count => _codes.Length / 4;

    public override long Bytes => _codes.Length + _words.Length;

    public override void Append(ReadOnlySpan<byte> utf8) =>
        BinaryPrimitives.WriteInt32LittleEndian(_codes.Extend(4), Find(utf8, out var slot) is var code and >= 0 ? code : AddWord(utf8, slot));

    public override void Clear()
    {
        _words.Clear();
        _codes.Clear();
        _ends.Clear();
        _wordCount = _next = 0;
        _slots.AsSpan(0, _mask + 1).Clear();
        AddWord([]);
    }

    public override void WriteNative(WireBuffer output)
    {
        if (Count == 0)
        {
            return;
        }

        var width = _wordCount <= 1 << 8 ? 0 : _wordCount <= 1 << 16 ? 1 : 2;
        output.AppendUInt64(Version);
        output.AppendUInt64(HasAdditionalKeys | NeedsUpdate | (uint)width);
        output.AppendUInt64((ulong)_wordCount);
        output.Append(_words.Written);
        output.AppendUInt64((ulong)Count);
        var codes = MemoryMarshal.Cast<byte, int>(_codes.Written);
        var target = output.Extend(codes.Length << width);
        switch (width)
        {
            case 0:
                for (var i = 0; i < codes.Length; i++)
                {
                    target[i] = (byte)codes[i];
                }

                break;
            case 1:
                for (var i = 0; i < codes.Length; i++)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(target[(i * 2)..], (ushort)codes[i]);
                }

                break;
            default:
                _codes.Written.CopyTo(target);
                break;
        }
    }

    public override void WriteNext(WireBuffer output) =>
        output.AppendString(Word(BinaryPrimitives.ReadInt32LittleEndian(_codes.Written[(_next++ * 4)..])));

    public override void Rewind() => _next = 0;

    protected override void Dispose(bool disposing)
    {
        _words.Dispose();
        _codes.Dispose();
        _ends.Dispose();
        ArrayPool<int>.Shared.Return(_slots);
        _slots = [];
    }

    /// <summary>The bytes of a word, which end where the next word's length begins.</summary>
    private ReadOnlySpan<byte> Word(int code)
    {
        var start = code == 0 ? 0 : End(code - 1);
        _words.ReadVarUInt(ref start);
        return _words.Written[start..End(code)];
    }

    private int End(int code) => BinaryPrimitives.ReadInt32LittleEndian(_ends.Written[(code * 4)..]);

    private int Find(ReadOnlySpan<byte> text, out int slot)
    {
        for (slot = (int)Hash64.Of(text) & _mask; ; slot = (slot + 1) & _mask)
        {
            var code = _slots[slot] - 1;
            if (code < 0 || text.SequenceEqual(Word(code)))
            {
                return code;
            }
        }
    }

    private void AddWord(ReadOnlySpan<byte> text)
    {
        Find(text, out var slot);
        AddWord(text, slot);
    }

    private int AddWord(ReadOnlySpan<byte> text, int slot)
    {
        _words.AppendString(text);
        BinaryPrimitives.WriteInt32LittleEndian(_ends.Extend(4), _words.Length);
        _slots[slot] = ++_wordCount;
        if (_wordCount * 2 > _mask)
        {
            Rehash();
        }

        return _wordCount - 1;
    }

    private void Rehash()
    {
        ArrayPool<int>.Shared.Return(_slots);
        _mask = (_mask * 2) + 1;
        _slots = ArrayPool<int>.Shared.Rent(_mask + 1);
        _slots.AsSpan(0, _mask + 1).Clear();
        for (var code = 0; code < _wordCount; code++)
        {
            var slot = (int)Hash64.Of(Word(code)) & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = code + 1;
        }
    }
}
