using System.IO.Compression;

namespace StreamEngine.Connectors.Files;

/// <summary>Reads a stream line by line as spans over its buffer; gzip is found by its first two bytes and unpacked.</summary>
public sealed class LineReader : IDisposable
{
    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Takes a stream, which it closes.</summary>
    public LineReader(Stream stream)
    {
        // What is looked at to tell gzip from text is handed on: streams such as standard input cannot be wound back.
        var first = new byte[2];
        var count = stream.ReadAtLeast(first, 2, throwOnEndOfStream: false);
        var whole = new PrefixedStream(first.AsMemory(0, count), stream);
        _stream = count == 2 && first[0] == 0x1F && first[1] == 0x8B ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <summary>The number of the line last read, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the line last read had a line break, as all but the last have.</summary>
    public bool LineHasEnd { get; private set; }

    /// <summary>The lines of a file that are not empty.</summary>
    /// <exception cref="InvalidDataException">The gzip data is damaged.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadFile(string path)
    {
        using var lines = new LineReader(File.OpenRead(path));
        while (lines.Next() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    /// <summary>Reads the next line, without its line break. Valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The gzip data is damaged.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            LineHasEnd = found >= 0;
            if (LineHasEnd)
            {
                line = Line(searched + found);
                _start += searched + found + 1;
                return true;
            }

            searched = _end - _start;
            if (_ended)
            {
                line = Line(searched);
                _start = _end;
                LineNumber -= searched == 0 ? 1 : 0;
                return searched > 0;
            }

            ReadMore();
        }
    }

    /// <summary>What comes next, at most so many bytes; fewer only at the end. Valid until the next line is read.</summary>
    /// <exception cref="InvalidDataException">The gzip data is damaged.</exception>
    public ReadOnlyMemory<byte> Peek(int count)
    {
        while (_end - _start < count && !_ended)
        {
            ReadMore();
        }

        return _buffer.AsMemory(_start, Math.Min(count, _end - _start));
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private byte[]? Next() => TryRead(out var line) ? line.ToArray() : null;

    private ReadOnlySpan<byte> Line(int length)
    {
        LineNumber++;
        var line = _buffer.AsSpan(_start, length);
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void ReadMore()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }

    /// <summary>A stream with some bytes in front of it.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_prefix.IsEmpty)
            {
                return rest.Read(buffer);
            }

            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                rest.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
