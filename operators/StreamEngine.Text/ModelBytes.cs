using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace StreamEngine.Text;

/// <summary>Reads the parts of a model file; every length is checked before memory is taken for it.</summary>
internal ref struct ModelBytes(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _left = content;

    public readonly bool AtEnd => _left.IsEmpty;

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="InvalidDataException">It holds more than <paramref name="limit"/> bytes.</exception>
    public static byte[] ReadAll(Stream stream, int limit)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > limit)
                throw new InvalidDataException($"The file is larger than any model ({limit} bytes).");
        }
        return memory.ToArray();
    }

    public int Count(int limit)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));
        return count >= 0 && count <= limit ? count : throw new InvalidDataException($"The model is damaged: it claims {count} entries where at most {limit} can be.");
    }

    /// <summary>The number of bits that number the rows of a table.</summary>
    public int RowBits() => Count(22) is > 0 and var bits ? bits : throw new InvalidDataException("The model is damaged: it has no rows.");

    public ReadOnlySpan<byte> Bytes(long length)
    {
        if (length > _left.Length)
            throw new InvalidDataException($"The model is damaged: it ends {length - _left.Length} bytes too early.");
        var bytes = _left[..(int)length];
        _left = _left[(int)length..];
        return bytes;
    }

    public T[] Array<T>(long count) where T : unmanaged
    {
        var bytes = Bytes(count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }
}
