using System.Collections.Immutable;

namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>The rows of one insert, as columns.</summary>
public sealed class RowBlock : IDisposable
{
    private readonly ImmutableArray<string> _names;
    private readonly ImmutableArray<ColumnBuffer> _columns;

    /// <summary>Creates an empty block.</summary>
    /// <param name="columns">Names and types, as the server writes them, in the order of the insert.</param>
    /// <exception cref="NotSupportedException">A column's type cannot be written.</exception>
    public RowBlock(ImmutableArray<(string Name, string ServerType)> columns)
    {
        _names = [.. columns.Select(column => column.Name)];
        _columns = [.. columns.Select(column => ColumnBuffer.Create(column.ServerType))];
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; private set; }

    /// <summary>The bytes that the values take up.</summary>
    public long Bytes { get; private set; }

    /// <summary>The column at an index, for appending one value; <see cref="EndRow"/> when each column has one.</summary>
    public ColumnBuffer this[int column] => _columns[column];

    /// <summary>Counts the row of which each column has taken its value.</summary>
    public void EndRow()
    {
        Rows++;
        long bytes = 0;
        foreach (var column in _columns)
        {
            bytes += column.Bytes;
        }

        Bytes = bytes;
    }

    /// <summary>Writes all rows in a format.</summary>
    public void Write(WireFormat format, WireBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (format == WireFormat.Native)
        {
            WriteNative(output);
        }
        else
        {
            WriteRows(output);
        }
    }

    /// <summary>Forgets the rows and keeps the memory.</summary>
    public void Clear()
    {
        foreach (var column in _columns)
        {
            column.Clear();
        }

        (Rows, Bytes) = (0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var column in _columns)
        {
            column.Dispose();
        }
    }

    /// <summary>Native: number of columns, number of rows, then for each column its name, its type and its values.</summary>
    private void WriteNative(WireBuffer output)
    {
        output.AppendVarUInt((uint)_columns.Length);
        output.AppendVarUInt((uint)Rows);
        for (var i = 0; i < _columns.Length; i++)
        {
            output.AppendString(_names[i]);
            output.AppendString(_columns[i].ServerType);
            _columns[i].WriteNative(output);
        }
    }

    private void WriteRows(WireBuffer output)
    {
        foreach (var column in _columns)
        {
            column.Rewind();
        }

        for (var row = 0; row < Rows; row++)
        {
            foreach (var column in _columns)
            {
                column.WriteNext(output);
            }
        }
    }
}
