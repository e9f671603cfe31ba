using System.Buffers.Binary;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>Appends the engine's binary forms to an arena: variable-length integers (7 bits a byte, low first, signed ones zigzag), texts with their length before them.</summary>
internal static class BinaryWriting
{
    internal static void Varint(this ByteArena arena, ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var count = 0;
        while (value >= 0x80)
        {
            bytes[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[count++] = (byte)value;
        arena.Append(bytes[..count]);
    }

    internal static void Zigzag(this ByteArena arena, long value) => arena.Varint((ulong)((value << 1) ^ (value >> 63)));

    internal static void Int64(this ByteArena arena, long value) => BinaryPrimitives.WriteInt64LittleEndian(arena.Allocate(8, out _), value);

    internal static void Text(this ByteArena arena, ReadOnlySpan<byte> text)
    {
        arena.Varint((ulong)text.Length);
        arena.Append(text);
    }
}

/// <summary>Reads what <see cref="BinaryWriting"/> writes; every length is checked against what is there.</summary>
internal ref struct BinaryReading(ReadOnlySpan<byte> bytes, string what)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool AtEnd => _rest.IsEmpty;

    internal readonly int Remaining => _rest.Length;

    internal ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number is too long");
    }

    internal long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    internal long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    internal byte Byte() => Bytes(1)[0];

    internal int Count(int bytesEach)
    {
        var count = Varint();
        return count <= (ulong)(_rest.Length / Math.Max(1, bytesEach)) ? (int)count : throw Damaged($"{count:N0} entries cannot stand in {_rest.Length:N0} bytes");
    }

    internal ReadOnlySpan<byte> Text() => Bytes(Count(1));

    internal string String() => Encoding.UTF8.GetString(Text());

    internal ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
        {
            throw Damaged($"{count:N0} bytes are wanted and {_rest.Length:N0} are left");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    internal readonly StateException Damaged(string why) => new($"{what} is damaged: {why}");
}
