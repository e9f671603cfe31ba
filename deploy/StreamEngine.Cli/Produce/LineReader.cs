namespace StreamEngine.Cli.Produce;

/// <summary>Splits a stream into lines at <c>\n</c>, without a <c>\r</c> before it. Lines may be as long as memory allows.</summary>
internal sealed class LineReader(Stream stream)
{
    private byte[] _buffer = new byte[1 << 20];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The number of the line returned last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line, also an empty one; false at the end. Valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = WithoutReturn(_buffer.AsSpan(_start, searched + newline));
                _start += searched + newline + 1;
                Number++;
                return true;
            }

            searched = _end - _start;
            if (_atEnd)
            {
                line = WithoutReturn(_buffer.AsSpan(_start, searched));
                _start = _end;
                Number += searched > 0 ? 1 : 0;
                return searched > 0;
            }

            Fill();
        }
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) => line.EndsWith("\r"u8) ? line[..^1] : line;

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
    }
}
