using System.Buffers.Binary;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// Reads a component's block from front to back. Counts are checked against the bytes that are left before
/// anything is allocated for them.
/// </summary>
internal ref struct BlockReader
{
    private readonly ModelBlob _blob;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    public BlockReader(ModelBlob blob)
    {
        _blob = blob;
        _bytes = blob.Block;
    }

    public readonly ModelBlob Blob => _blob;

    public byte Byte() => Take(1)[0];

    public bool Bool()
    {
        var value = Byte();
        if (value > 1)
            throw Error($"expected 0 or 1, found {value}");
        return value == 1;
    }

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>A finite number.</summary>
    public float FiniteSingle(string what)
    {
        var value = Single();
        return float.IsFinite(value) ? value : throw Error($"the {what} is not a finite number");
    }

    /// <summary>A finite number.</summary>
    public double FiniteDouble(string what)
    {
        var value = Double();
        return double.IsFinite(value) ? value : throw Error($"the {what} is not a finite number");
    }

    /// <summary>A count of items that take at least <paramref name="itemBytes"/> each in the rest of the block.</summary>
    public int Count(string what, int itemBytes)
    {
        var count = Int32();
        if (count < 0 || (long)count * itemBytes > _bytes.Length - _position)
            throw Error($"{count} {what} do not fit into the {_bytes.Length - _position} bytes that are left; the file is damaged");
        return count;
    }

    /// <summary>A value from <paramref name="least"/> to <paramref name="greatest"/>.</summary>
    public int Range(string what, int least, int greatest)
    {
        var value = Int32();
        if (value < least || value > greatest)
            throw Error($"the {what} is {value}, expected {least} to {greatest}");
        return value;
    }

    public int[] Int32s(int count)
    {
        var bytes = Take(4L * count);
        var values = new int[count];
        for (var i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        return values;
    }

    public float[] FiniteSingles(int count, string what)
    {
        var bytes = Take(4L * count);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            if (!float.IsFinite(values[i]))
                throw Error($"{what} {i} is not a finite number");
        }
        return values;
    }

    public bool[] Bools(int count)
    {
        if (count > _bytes.Length - _position)
            throw Short(count);
        var values = new bool[count];
        for (var i = 0; i < count; i++)
            values[i] = Bool();
        return values;
    }

    public ReadOnlySpan<byte> Bytes(int count) => Take(count);

    /// <summary>A string of the blob's table.</summary>
    public ReadOnlySpan<char> Text()
    {
        var index = Int32();
        if ((uint)index >= (uint)_blob.StringCount)
            throw Error($"string {index} is not in the table of {_blob.StringCount}");
        return _blob.String(index);
    }

    /// <summary>A string of the blob's table that is not empty: the name of a column.</summary>
    public string Name()
    {
        var text = Text();
        return text.Length > 0 ? text.ToString() : throw Error("the name of a column is empty");
    }

    /// <summary>A string of the blob's table, or null.</summary>
    public string? NameOrNull()
    {
        if (BinaryPrimitives.ReadInt32LittleEndian(Take(4)) == -1)
            return null;
        _position -= 4;
        return Name();
    }

    /// <summary>Pairs of output and input column.</summary>
    public (string Output, string Input)[] Columns()
    {
        var count = Count("columns", 8);
        if (count == 0)
            throw Error("it has no columns");
        var columns = new (string, string)[count];
        for (var i = 0; i < count; i++)
            columns[i] = (Name(), Name());
        return columns;
    }

    /// <summary>Checks that nothing is left over.</summary>
    public readonly void Done()
    {
        if (_position != _bytes.Length)
            throw Error($"{_bytes.Length - _position} bytes are left over after its last field; the file is damaged or of an unknown layout");
    }

    public readonly MLNetModelException Error(string problem) => _blob.Error($"{problem} (before byte {_position} of its block)");

    private readonly MLNetModelException Short(long count) =>
        Error($"{count} bytes are expected, {_bytes.Length - _position} are left; the file is truncated or damaged");

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _bytes.Length - _position)
            throw Short(count);
        var taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }
}
