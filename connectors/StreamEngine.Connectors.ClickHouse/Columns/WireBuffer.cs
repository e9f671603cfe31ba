using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>
/// A growable run of bytes in ClickHouse's wire conventions: numbers little endian, lengths as unsigned LEB128, strings as length and
/// bytes. Keeps its memory when cleared; that memory comes from and goes back to the shared array pool.
/// </summary>
public sealed class WireBuffer : IDisposable
{
    private byte[] _bytes;

    /// <summary>Creates a buffer with room for <paramref name="capacity"/> bytes.</summary>
    public WireBuffer(int capacity = 256) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory held.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <inheritdoc cref="Written"/>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Hands out <paramref name="count"/> uninitialised bytes at the end.</summary>
    /// <exception cref="InvalidOperationException">The buffer would pass 2 GB.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Extend(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }

        var start = Length;
        Length += count;
        return _bytes.AsSpan(start, count);
    }

    /// <summary>Makes sure that <paramref name="count"/> further bytes fit, and shows them without counting them as written.</summary>
    public Span<byte> Peek(int count)
    {
        Extend(count);
        Length -= count;
        return _bytes.AsSpan(Length, count);
    }

    /// <summary>Hands out bytes that were written, to be written anew.</summary>
    internal Span<byte> Rewrite(int start, int count) => _bytes.AsSpan(0, Length).Slice(start, count);

    /// <summary>Appends bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>Appends one byte.</summary>
    public void AppendByte(byte value) => Extend(1)[0] = value;

    /// <summary>Appends a 64-bit number.</summary>
    public void AppendUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Extend(8), value);

    /// <summary>Appends a length: seven bits a byte, lowest first.</summary>
    public void AppendVarUInt(uint value)
    {
        while (value >= 0x80)
        {
            AppendByte((byte)(value | 0x80));
            value >>= 7;
        }

        AppendByte((byte)value);
    }

    /// <summary>Appends a string: its length in bytes, then the bytes.</summary>
    public void AppendString(ReadOnlySpan<byte> utf8)
    {
        AppendVarUInt((uint)utf8.Length);
        Append(utf8);
    }

    /// <inheritdoc cref="AppendString(ReadOnlySpan{byte})"/>
    public void AppendString(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        AppendVarUInt((uint)length);
        Encoding.UTF8.GetBytes(text, Extend(length));
    }

    /// <summary>Reads a length at <paramref name="offset"/>, which moves behind it.</summary>
    internal uint ReadVarUInt(ref int offset)
    {
        uint value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _bytes[offset++];
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, Length) = ([], 0);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"a block would need {needed:N0} bytes; the most is {Array.MaxLength:N0}");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
