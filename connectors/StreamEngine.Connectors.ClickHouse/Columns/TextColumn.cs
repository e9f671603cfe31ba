namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>A column of texts: each as its length and its bytes, one behind the other.</summary>
internal sealed class TextColumn(string serverType) : ColumnBuffer(serverType)
{
    private readonly WireBuffer _values = new();
    private int _count;
    private int _next;

    public override int Count => _count;

    public override long Bytes => _values.Length;

    public override void Append(ReadOnlySpan<byte> utf8)
    {
        _values.AppendString(utf8);
        _count++;
    }

    public override void Clear()
    {
        _values.Clear();
        _count = _next = 0;
    }

    public override void WriteNative(WireBuffer output) => output.Append(_values.Written);

    public override void WriteNext(WireBuffer output)
    {
        var start = _next;
        var length = _values.ReadVarUInt(ref _next);
        _next += (int)length;
        output.Append(_values.Written[start.._next]);
    }

    public override void Rewind() => _next = 0;

    protected override void Dispose(bool disposing) => _values.Dispose();
}
