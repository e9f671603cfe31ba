using System.Text;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// A query and what follows it, as a server reads them: the parameter <c>query</c>, an end of line, then the body,
/// as one text. Its beginning is read to see what it is; the data of an INSERT are never held as a whole.
/// </summary>
internal sealed class QueryText
{
    // As many bytes as a server's max_query_size: an INSERT shows within them where its data begin.
    private const int HeadBytes = 256 * 1024;
    private const int MaxQueryBytes = 64 * 1024 * 1024;
    private const int PieceBytes = 1024 * 1024;
    private readonly Stream _body;
    private byte[] _head;
    private int _length;
    private bool _bodyEnded;

    private QueryText(string query, Stream body)
    {
        _body = body;
        _head = new byte[Encoding.UTF8.GetMaxByteCount(query.Length) + 1 + HeadBytes];
        _length = Encoding.UTF8.GetBytes(query, _head);
        if (_length > 0)
            _head[_length++] = (byte)'\n';
    }

    /// <summary>What has been read of the text.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _length);

    /// <summary>Reads the beginning of a text.</summary>
    public static QueryText Open(string query, Stream body)
    {
        var text = new QueryText(query, body);
        text.Fill(text._length + HeadBytes);
        return text;
    }

    /// <summary>Reads the rest: for a statement that is not followed by data.</summary>
    /// <exception cref="ClickHouseException">It is longer than any statement may be.</exception>
    public ReadOnlySpan<byte> ReadToEnd()
    {
        while (!_bodyEnded)
        {
            if (_length > MaxQueryBytes)
                throw ClickHouseException.Syntax($"Max query size exceeded: a query may have {MaxQueryBytes} bytes");
            Array.Resize(ref _head, _length * 2);
            Fill(_head.Length);
        }
        return Head;
    }

    /// <summary>Hands on what follows an INSERT, in pieces of at most 1 MiB.</summary>
    public void CopyData(int offset, ChdbInsertStream insert)
    {
        if (offset < _length)
            insert.Append(_head.AsSpan(offset, _length - offset));
        if (_bodyEnded)
            return;
        byte[] piece = new byte[PieceBytes];
        int filled;
        while ((filled = _body.ReadAtLeast(piece, piece.Length / 2, throwOnEndOfStream: false)) > 0)
            insert.Append(piece.AsSpan(0, filled));
    }

    private void Fill(int target)
    {
        int wanted = int.Min(target, _head.Length) - _length;
        int read = _body.ReadAtLeast(_head.AsSpan(_length, wanted), wanted, throwOnEndOfStream: false);
        _length += read;
        _bodyEnded = read < wanted;
    }
}
