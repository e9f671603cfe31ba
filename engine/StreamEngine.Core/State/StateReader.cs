using System.Buffers.Binary;
using System.Text;

namespace StreamEngine.Core.State;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Bytes that cannot be that end in a <see cref="FormatException"/>, never in a guess.</summary>
/// <param name="bytes">What was written.</param>
public ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => _bytes.Length - _position;

    /// <summary>Reads what <see cref="StateWriter.WriteByte"/> wrote.</summary>
    public byte ReadByte() => ReadRaw(1)[0];

    /// <summary>Reads what <see cref="StateWriter.WriteUInt64"/> wrote.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadRaw(8));

    /// <summary>Reads what <see cref="StateWriter.WriteInt64"/> wrote.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadRaw(8));

    /// <summary>Reads what <see cref="StateWriter.WriteDouble"/> wrote.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(ReadRaw(8));

    /// <summary>Reads what <see cref="StateWriter.WriteSingle"/> wrote.</summary>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(ReadRaw(4));

    /// <summary>A byte that is 0 or 1.</summary>
    public bool ReadFlag() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw new FormatException($"byte {_position - 1} is {other} and should be 0 or 1"),
    };

    /// <summary>Reads what <see cref="StateWriter.WriteCount"/> wrote.</summary>
    /// <param name="max">The most that it may be.</param>
    public long ReadCount(long max = long.MaxValue)
    {
        var value = ReadVariable();
        return value <= (ulong)max ? (long)value : throw new FormatException($"the number before byte {_position} is {value}; the most is {max}");
    }

    /// <summary>The number of entries that follow, written by <see cref="StateWriter.WriteCount"/>: no more than there is room for.</summary>
    /// <param name="leastBytes">The bytes of an entry at least.</param>
    public int ReadEntries(int leastBytes)
    {
        var count = ReadVariable();
        return count <= (ulong)(Left / leastBytes) ? (int)count : throw new FormatException($"{count:N0} entries cannot stand in the {Left:N0} bytes from byte {_position} on");
    }

    /// <summary>A duration in ms, as <see cref="StateWriter.WriteCount"/> wrote it; at most what a <see cref="TimeSpan"/> can hold.</summary>
    public TimeSpan ReadDuration() => TimeSpan.FromMilliseconds(ReadCount((long)TimeSpan.MaxValue.TotalMilliseconds));

    /// <summary>Reads what <see cref="StateWriter.WriteSigned"/> wrote.</summary>
    public long ReadSigned()
    {
        var value = ReadVariable();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads what <see cref="StateWriter.WriteText"/> wrote.</summary>
    /// <param name="max">The most bytes that it may have.</param>
    public ReadOnlySpan<byte> ReadText(int max = int.MaxValue) => ReadRaw((int)ReadCount(max));

    /// <summary>Reads what <see cref="StateWriter.WriteString"/> wrote.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadText());

    /// <summary>Reads bytes.</summary>
    public ReadOnlySpan<byte> ReadRaw(int count)
    {
        if (count < 0 || count > Left)
        {
            throw new FormatException($"the bytes end at {_bytes.Length}; {count} more were expected at {_position}");
        }

        _position += count;
        return _bytes.Slice(_position - count, count);
    }

    /// <summary>Makes sure that everything was read.</summary>
    public readonly void End()
    {
        if (Left != 0)
        {
            throw new FormatException($"{Left} bytes too many after byte {_position}");
        }
    }

    private ulong ReadVariable()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80 && (shift < 63 || next < 2))
            {
                return value;
            }
        }

        throw new FormatException($"the number before byte {_position} is longer than 64 bits");
    }
}
