namespace StreamEngine.Core.Batches;

/// <summary>One column of a batch: a name and as many values as the batch has rows.</summary>
public abstract class Column(string name)
{
    /// <summary>The column's name.</summary>
    public string Name { get; } = name;

    /// <summary>The type of its values.</summary>
    public abstract ColumnType Type { get; }

    /// <summary>Makes room for <paramref name="rows"/> values, keeping those there are.</summary>
    internal abstract void EnsureCapacity(int rows);

    /// <summary>Copies the value of row <paramref name="from"/> over that of row <paramref name="to"/>.</summary>
    internal abstract void CopyRow(int from, int to);

    /// <summary>Moves the values of <paramref name="rows"/>, which grow, to the rows from <paramref name="first"/> on.</summary>
    internal abstract void Compact(int first, ReadOnlySpan<int> rows);

    /// <summary>The same for one array.</summary>
    private protected static void Compact<T>(T[] values, int first, ReadOnlySpan<int> rows)
    {
        var to = values.AsSpan(first, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            to[i] = values[rows[i]];
        }
    }
}

/// <summary>A column whose values lie one after another in an array.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class PrimitiveColumn<T>(string name, int capacity) : Column(name)
    where T : unmanaged
{
    private T[] _values = new T[capacity];

    /// <summary>The values; those past the batch's row count are undefined.</summary>
    public T[] Values => _values;

    /// <summary>The value of one row.</summary>
    public ref T this[int row] => ref _values[row];

    internal override void EnsureCapacity(int rows)
    {
        if (rows > _values.Length)
        {
            Array.Resize(ref _values, Math.Max(rows, _values.Length * 2));
        }
    }

    internal override void CopyRow(int from, int to) => _values[to] = _values[from];

    internal override void Compact(int first, ReadOnlySpan<int> rows) => Compact(_values, first, rows);
}

/// <summary>Signed 64-bit integers.</summary>
public sealed class Int64Column(string name, int capacity) : PrimitiveColumn<long>(name, capacity)
{
    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Int64;
}

/// <summary>Signed 32-bit integers.</summary>
public sealed class Int32Column(string name, int capacity) : PrimitiveColumn<int>(name, capacity)
{
    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Int32;
}

/// <summary>Single precision numbers.</summary>
public sealed class Float32Column(string name, int capacity) : PrimitiveColumn<float>(name, capacity)
{
    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Float32;
}

/// <summary>Double precision numbers.</summary>
public sealed class Float64Column(string name, int capacity) : PrimitiveColumn<double>(name, capacity)
{
    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Float64;
}

/// <summary>Codes into a dictionary of texts; -1 is absent.</summary>
public sealed class DictionaryColumn(string name, int capacity) : PrimitiveColumn<int>(name, capacity)
{
    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Dictionary;

    /// <summary>
    /// What the codes mean. Set by the operator that adds the column. It only grows, but the next batch may come with another one: who
    /// keeps what codes mean compares references of dictionaries at each batch.
    /// </summary>
    public Utf8Dictionary Dictionary { get; set; } = new();

    /// <summary>The text of one row; empty where absent.</summary>
    public ReadOnlySpan<byte> Text(int row)
    {
        var code = Values[row];
        return code < 0 ? default : Dictionary[code];
    }
}

/// <summary>Texts, as (offset, length) into the batch's arena.</summary>
public sealed class Utf8Column(string name, int capacity, ByteArena arena) : Column(name)
{
    private int[] _offsets = new int[capacity];
    private int[] _lengths = new int[capacity];

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Utf8;

    /// <summary>Where each row's text starts in the arena.</summary>
    public int[] Offsets => _offsets;

    /// <summary>Each row's length in bytes; -1 where absent.</summary>
    public int[] Lengths => _lengths;

    /// <summary>The buffer that <see cref="Offsets"/> point into.</summary>
    public ByteArena Arena { get; } = arena;

    /// <summary>The text of one row; empty where absent. Valid until the arena grows.</summary>
    public ReadOnlySpan<byte> this[int row] =>
        _lengths[row] <= 0 ? default : new ReadOnlySpan<byte>(Arena.Buffer, _offsets[row], _lengths[row]);

    /// <summary>Points one row at bytes that are already in the arena.</summary>
    public void Set(int row, int offset, int length)
    {
        _offsets[row] = offset;
        _lengths[row] = length;
    }

    /// <summary>Appends a copy of <paramref name="text"/> to the arena and points the row at it.</summary>
    public void Set(int row, ReadOnlySpan<byte> text) => Set(row, Arena.Append(text), text.Length);

    /// <summary>Marks a row as absent.</summary>
    public void SetAbsent(int row) => Set(row, 0, -1);

    internal override void EnsureCapacity(int rows)
    {
        if (rows > _offsets.Length)
        {
            var size = Math.Max(rows, _offsets.Length * 2);
            Array.Resize(ref _offsets, size);
            Array.Resize(ref _lengths, size);
        }
    }

    internal override void CopyRow(int from, int to)
    {
        _offsets[to] = _offsets[from];
        _lengths[to] = _lengths[from];
    }

    internal override void Compact(int first, ReadOnlySpan<int> rows)
    {
        Compact(_offsets, first, rows);
        Compact(_lengths, first, rows);
    }
}
