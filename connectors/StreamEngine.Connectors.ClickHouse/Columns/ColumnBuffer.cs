namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>
/// The values of one column of a block, kept in the very bytes that the server reads. Which of the append methods a column takes follows
/// from its type; the others throw <see cref="NotSupportedException"/>.
/// </summary>
public abstract class ColumnBuffer(string serverType) : IDisposable
{
    /// <summary>The type as the server writes it, for the header of a Native block.</summary>
    public string ServerType { get; } = serverType;

    /// <summary>Values appended.</summary>
    public abstract int Count { get; }

    /// <summary>Bytes that the values take up.</summary>
    public abstract long Bytes { get; }

    /// <summary>Makes the buffer for a type as servers write it.</summary>
    /// <param name="serverType">For example <c>LowCardinality(String)</c> or <c>DateTime64(3, 'UTC')</c>.</param>
    /// <exception cref="NotSupportedException">Columns of that type cannot be written.</exception>
    public static ColumnBuffer Create(string serverType)
    {
        ArgumentNullException.ThrowIfNull(serverType);
        return serverType switch
        {
            "UInt8" => new FixedColumn(serverType, FixedLayout.UInt8),
            "UInt32" => new FixedColumn(serverType, FixedLayout.UInt32),
            "UInt64" or "Int64" => new FixedColumn(serverType, FixedLayout.Int64),
            "Float32" => new FixedColumn(serverType, FixedLayout.Float32),
            "Float64" => new FixedColumn(serverType, FixedLayout.Float64),
            "String" => new TextColumn(serverType),
            "LowCardinality(String)" => new WordColumn(serverType),
            "Array(String)" => new TextListColumn(serverType),
            _ when IsType(serverType, "DateTime") => new FixedColumn(serverType, FixedLayout.Seconds),
            _ when IsType(serverType, "DateTime64") && serverType.StartsWith("DateTime64(3", StringComparison.Ordinal) =>
                new FixedColumn(serverType, FixedLayout.Milliseconds),
            _ => throw new NotSupportedException($"columns of type {serverType} cannot be written"),
        };
    }

    /// <summary>Whether a column of a server's type can hold values of a kind.</summary>
    public static bool Holds(string serverType, ColumnKind kind)
    {
        ArgumentNullException.ThrowIfNull(serverType);
        return kind switch
        {
            ColumnKind.Text or ColumnKind.Word => serverType is "String" or "LowCardinality(String)",
            ColumnKind.Texts => serverType == "Array(String)",
            ColumnKind.Time => IsType(serverType, "DateTime") || serverType.StartsWith("DateTime64(3", StringComparison.Ordinal),
            _ => serverType == kind.ToString(),
        };
    }

    /// <summary>Appends a whole number, or a moment in ms since 1970.</summary>
    public virtual void Append(long value) => throw Refused("numbers");

    /// <summary>Appends a number.</summary>
    public virtual void Append(double value) => throw Refused("fractions");

    /// <summary>Appends a text.</summary>
    public virtual void Append(ReadOnlySpan<byte> utf8) => throw Refused("texts");

    /// <summary>Appends a list of texts.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="strings">All of them, one behind the other, each with its length in front.</param>
    public virtual void Append(int count, ReadOnlySpan<byte> strings) => throw Refused("lists");

    /// <summary>Puts a whole number, or a moment in ms since 1970, in place of a row's.</summary>
    public virtual void Replace(int row, long value) => throw Refused("replacements");

    /// <summary>Puts a number in place of a row's.</summary>
    public virtual void Replace(int row, double value) => throw Refused("replacements");

    /// <summary>Forgets the values and keeps the memory.</summary>
    public abstract void Clear();

    /// <summary>Writes the values as a column of a Native block, without its header.</summary>
    public abstract void WriteNative(WireBuffer output);

    /// <summary>Writes the next value as RowBinary; the first one after <see cref="Rewind"/>.</summary>
    public abstract void WriteNext(WireBuffer output);

    /// <summary>Makes <see cref="WriteNext"/> start from the first value.</summary>
    public abstract void Rewind();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back.</summary>
    protected abstract void Dispose(bool disposing);

    private static bool IsType(string serverType, string name) =>
        serverType == name || (serverType.StartsWith(name, StringComparison.Ordinal) && serverType[name.Length] == '(');

    private NotSupportedException Refused(string what) => new($"a column of type {ServerType} takes no {what}");
}
