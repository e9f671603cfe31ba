namespace StreamEngine.Core.Batches;

/// <summary>
/// A growable byte buffer that all UTF-8 columns of one batch point into. Growing replaces <see cref="Buffer"/>:
/// read it again after every append, and reserve before taking spans that must survive appends.
/// </summary>
public sealed class ByteArena
{
    private byte[] _buffer;

    /// <summary>Creates an arena with room for <paramref name="capacity"/> bytes.</summary>
    public ByteArena(int capacity = 4096) => _buffer = new byte[capacity];

    /// <summary>The bytes; those from <see cref="Length"/> on are undefined.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets the content and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Makes sure that <paramref name="count"/> further bytes fit without growing.</summary>
    /// <exception cref="BatchTooLargeException">The arena would pass <see cref="Array.MaxLength"/> bytes.</exception>
    public void Reserve(int count)
    {
        var needed = (long)Length + count;
        if (needed > _buffer.Length)
        {
            Grow(needed);
        }
    }

    /// <summary>Appends a copy of <paramref name="bytes"/> and returns its offset.</summary>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        var offset = Length;
        bytes.CopyTo(_buffer.AsSpan(offset));
        Length = offset + bytes.Length;
        return offset;
    }

    /// <summary>Hands out <paramref name="count"/> uninitialised bytes at the end; <see cref="Trim"/> gives back what was not used.</summary>
    public Span<byte> Allocate(int count, out int offset)
    {
        Reserve(count);
        offset = Length;
        Length += count;
        return _buffer.AsSpan(offset, count);
    }

    /// <summary>Sets the used length back to <paramref name="length"/> bytes.</summary>
    public void Trim(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    private void Grow(long needed)
    {
        if (needed > Array.MaxLength)
        {
            throw new BatchTooLargeException($"A batch would need {needed:N0} bytes of text; the most is {Array.MaxLength:N0}.");
        }

        var size = (int)Math.Min(Array.MaxLength, Math.Max(needed, _buffer.Length * 2L));
        Array.Resize(ref _buffer, size);
    }
}
