using System.Buffers.Binary;

namespace StreamEngine.Operators;

/// <summary>Writes the binary form of state into a buffer that is reused: varints (LEB128), fixed little-endian numbers, texts with their length.</summary>
internal sealed class StateWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _length = 0;

    public void WriteByte(byte value) => Next(1)[0] = value;

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);

    public void WriteSingle(float value) => BinaryPrimitives.WriteSingleLittleEndian(Next(4), value);

    /// <summary>A number of at least 0, in 7 bits per byte, lowest first.</summary>
    public void WriteCount(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    /// <summary>A number of either sign: zigzag, then as <see cref="WriteCount"/>.</summary>
    public void WriteSigned(long value) => WriteCount((value << 1) ^ (value >> 63));

    public void WriteText(ReadOnlySpan<byte> text)
    {
        WriteCount(text.Length);
        text.CopyTo(Next(text.Length));
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    private Span<byte> Next(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_length + count, _buffer.Length * 2));
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
