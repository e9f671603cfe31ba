using System.Buffers.Text;

namespace StreamEngine.Operators;

/// <summary>The id of a post that brings none: <c>PARTITION-OFFSET</c> of its record.</summary>
internal static class DerivedId
{
    /// <summary>Bytes of one at the most: ten digits, the dash, nineteen digits.</summary>
    public const int MostBytes = 30;

    /// <summary>Writes the id of a record and returns its length.</summary>
    public static int Write(Span<byte> to, int partition, long offset)
    {
        Utf8Formatter.TryFormat(partition, to, out var length);
        to[length++] = (byte)'-';
        Utf8Formatter.TryFormat(offset, to[length..], out var more);
        return length + more;
    }

    /// <summary>Whether an id is the one that its record gave it.</summary>
    public static bool Is(ReadOnlySpan<byte> id, int partition, long offset)
    {
        var dash = 1;
        for (var rest = partition; rest >= 10; rest /= 10)
        {
            dash++;
        }

        if (id.Length <= dash || id[dash] != '-' || id.Length > MostBytes)
        {
            return false;
        }

        Span<byte> own = stackalloc byte[MostBytes];
        return id.SequenceEqual(own[..Write(own, partition, offset)]);
    }
}
