using System.IO.Compression;
using StreamEngine.Connectors.ClickHouse.Columns;

namespace StreamEngine.Connectors.ClickHouse;

/// <summary>The body of one insert: a block in its format, packed where asked for, and kept for further attempts.</summary>
internal sealed class InsertBody(bool compress) : IDisposable
{
    private readonly WireBuffer _plain = new(1 << 16);
    private readonly MemoryStream _packed = new();

    /// <summary>What to send.</summary>
    public ReadOnlyMemory<byte> Bytes => compress ? _packed.GetBuffer().AsMemory(0, (int)_packed.Length) : _plain.WrittenMemory;

    public void Encode(RowBlock block, WireFormat format)
    {
        _plain.Clear();
        block.Write(format, _plain);
        if (!compress)
        {
            return;
        }

        _packed.SetLength(0);
        using var gzip = new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true);
        gzip.Write(_plain.Written);
    }

    public void Dispose()
    {
        _plain.Dispose();
        _packed.Dispose();
    }
}
