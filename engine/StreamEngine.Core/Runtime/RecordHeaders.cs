using System.Buffers.Binary;
using System.Text;
using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// A record's headers as one run of bytes: for each, the name's length (UInt16), the value's length (Int32), the name, the value;
/// little endian.
/// </summary>
public static class RecordHeaders
{
    /// <summary>Appends a header to <paramref name="headers"/>.</summary>
    public static void Add(ByteArena headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var start = headers.Allocate(6, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(start, (ushort)name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(start[2..], value.Length);
        headers.Append(name);
        headers.Append(value);
    }

    /// <inheritdoc cref="Add(ByteArena, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public static void Add(ByteArena headers, ReadOnlySpan<byte> name, string value) => Add(headers, name, Encoding.UTF8.GetBytes(value));

    /// <summary>Takes the first header off <paramref name="headers"/>; false when there is none left.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> headers, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (headers.IsEmpty)
        {
            name = value = default;
            return false;
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(headers);
        var valueLength = BinaryPrimitives.ReadInt32LittleEndian(headers[2..]);
        name = headers.Slice(6, nameLength);
        value = headers.Slice(6 + nameLength, valueLength);
        headers = headers[(6 + nameLength + valueLength)..];
        return true;
    }

    /// <summary>The value of a header as text; empty where it is missing.</summary>
    public static string Text(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        while (TryRead(ref headers, out var n, out var value))
        {
            if (n.SequenceEqual(name))
            {
                return Encoding.UTF8.GetString(value);
            }
        }

        return "";
    }
}
