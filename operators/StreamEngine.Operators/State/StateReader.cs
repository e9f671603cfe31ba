using System.Buffers.Binary;

namespace StreamEngine.Operators;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Bytes that cannot be that end in a <see cref="FormatException"/>, never in a guess.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public byte ReadByte() => Next(1)[0];

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Next(8));

    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Next(4));

    public bool ReadFlag() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new FormatException($"byte {_position - 1} is {other} and should be 0 or 1"),
    };

    public long ReadCount(long max = long.MaxValue)
    {
        var value = ReadVariable();
        return value <= (ulong)max ? (long)value : throw new FormatException($"the number before byte {_position} is {value}; the most is {max}");
    }

    /// <summary>A duration in ms, as <see cref="StateWriter.WriteCount"/> wrote it; at most what a <see cref="TimeSpan"/> can hold.</summary>
    public TimeSpan ReadDuration() => TimeSpan.FromMilliseconds(ReadCount((long)TimeSpan.MaxValue.TotalMilliseconds));

    public long ReadSigned()
    {
        var value = ReadVariable();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> ReadText(int max = int.MaxValue) => Next((int)ReadCount(max));

    public ReadOnlySpan<byte> ReadRaw(int count) => Next(count);

    /// <summary>Makes sure that everything was read.</summary>
    public readonly void End()
    {
        if (_position != _bytes.Length)
        {
            throw new FormatException($"{_bytes.Length - _position} bytes too many after byte {_position}");
        }
    }

    private ulong ReadVariable()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return shift < 63 || next < 2 ? value : throw new FormatException($"the number before byte {_position} is longer than 64 bits");
            }
        }

        throw new FormatException($"the number before byte {_position} is longer than 64 bits");
    }

    private ReadOnlySpan<byte> Next(int count)
    {
        if (count < 0 || count > _bytes.Length - _position)
        {
            throw new FormatException($"the bytes end at {_bytes.Length}; {count} more were expected at {_position}");
        }

        _position += count;
        return _bytes.Slice(_position - count, count);
    }
}
