using System.Buffers.Binary;
using System.Text;
using StreamEngine.Core.Batches;

namespace StreamEngine.Core.State;

/// <summary>
/// Writes the binary form of what the engine and its operators store and send between stages, into a buffer that is reused: numbers of
/// variable length (7 bits a byte, low first, signed ones zigzag), fixed little-endian numbers, texts with their length before them.
/// </summary>
/// <param name="capacity">Bytes of the buffer at first.</param>
public sealed class StateWriter(int capacity = 512)
{
    private const int MostVariableBytes = 10;

    private readonly ByteArena _bytes = new(capacity);

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.Buffer.AsSpan(0, _bytes.Length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _bytes.Clear();

    /// <summary>A byte.</summary>
    public void WriteByte(byte value) => Next(1)[0] = value;

    /// <summary>A number of eight bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    /// <summary>A number of eight bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

    /// <summary>A number of eight bytes.</summary>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);

    /// <summary>A number of four bytes.</summary>
    public void WriteSingle(float value) => BinaryPrimitives.WriteSingleLittleEndian(Next(4), value);

    /// <summary>A number of at least 0, of variable length.</summary>
    public void WriteCount(long value)
    {
        var rest = (ulong)value;
        var bytes = _bytes.Allocate(MostVariableBytes, out var start);
        var count = 0;
        while (rest >= 0x80)
        {
            bytes[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        bytes[count++] = (byte)rest;
        _bytes.Trim(start + count);
    }

    /// <summary>A number of either sign, of variable length.</summary>
    public void WriteSigned(long value) => WriteCount((value << 1) ^ (value >> 63));

    /// <summary>A text in UTF-8, or any bytes, with its length.</summary>
    public void WriteText(ReadOnlySpan<byte> text)
    {
        WriteCount(text.Length);
        WriteRaw(text);
    }

    /// <summary>A text, as <see cref="WriteText"/> writes its UTF-8.</summary>
    public void WriteString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var length = Encoding.UTF8.GetByteCount(text);
        WriteCount(length);
        Encoding.UTF8.GetBytes(text, Next(length));
    }

    /// <summary>Bytes without their length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _bytes.Append(bytes);

    private Span<byte> Next(int count) => _bytes.Allocate(count, out _);
}
