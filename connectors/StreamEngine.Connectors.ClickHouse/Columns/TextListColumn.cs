using System.Buffers.Binary;

namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>A column of lists of texts: where each list ends, counted in texts, and all texts one behind the other.</summary>
internal sealed class TextListColumn(string serverType) : ColumnBuffer(serverType)
{
    private readonly WireBuffer _ends = new();
    private readonly WireBuffer _texts = new();
    private ulong _total;
    private int _nextRow;
    private int _nextText;

    public override int Count => _ends.Length / 8;

    public override long Bytes => _ends.Length + _texts.Length;

    public override void Append(int count, ReadOnlySpan<byte> strings)
    {
        _total += (uint)count;
        _ends.AppendUInt64(_total);
        _texts.Append(strings);
    }

    public override void Clear()
    {
        _ends.Clear();
        _texts.Clear();
        _total = 0;
        Rewind();
    }

    public override void WriteNative(WireBuffer output)
    {
        output.Append(_ends.Written);
        output.Append(_texts.Written);
    }

    public override void WriteNext(WireBuffer output)
    {
        var count = (uint)(End(_nextRow) - (_nextRow == 0 ? 0 : End(_nextRow - 1)));
        output.AppendVarUInt(count);
        var start = _nextText;
        for (uint i = 0; i < count; i++)
        {
            var length = _texts.ReadVarUInt(ref _nextText);
            _nextText += (int)length;
        }

        output.Append(_texts.Written[start.._nextText]);
        _nextRow++;
    }

    public override void Rewind() => _nextRow = _nextText = 0;

    protected override void Dispose(bool disposing)
    {
        _ends.Dispose();
        _texts.Dispose();
    }

    private ulong End(int row) => BinaryPrimitives.ReadUInt64LittleEndian(_ends.Written[(row * 8)..]);
}
