using System.Collections.Immutable;
using System.Runtime.InteropServices;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>
/// The rows of one table that wait for a flush, in blocks of one insert each. Open windows come several times a second: of those that wait
/// in a block only the newest row of a key is kept, since the table would keep no other.
/// </summary>
internal sealed class TableRows(TableDefinition table, ImmutableArray<(string Name, string ServerType)> types, int blockRows) : IDisposable
{
    /// <summary>Bytes at which a block is full even if its rows are few, such as dead letters of 5 MB each.</summary>
    private const long BlockBytes = 16 << 20;

    private const int MaxSpare = 2;

    private readonly RowValues _row = new(table.Columns);
    private readonly int[] _wholeSeconds = WholeSeconds(table, types);
    private readonly bool _replaces = table.Kind == StreamKind.Windows;
    private readonly bool[] _isKey = [.. table.Columns.Select(column => table.Key.Contains(column.Name))];
    private readonly int _version = table.Columns.Select(column => column.Name).ToList().IndexOf("version");
    private readonly Dictionary<UInt128, (int Row, long Version)> _newest = [];
    private readonly Queue<RowBlock> _full = new();
    private readonly Stack<RowBlock> _spare = new();
    private RowBlock _open = new(types);
    private int _fullRows;
    private long _fullBytes;

    public TableDefinition Table => table;

    /// <summary>The types that the rows are written for.</summary>
    public ImmutableArray<(string Name, string ServerType)> Types => types;

    public int Rows => _fullRows + _open.Rows;

    public long Bytes => _fullBytes + _open.Bytes;

    /// <summary>Takes in a record.</summary>
    /// <exception cref="FormatException">The record is not what the stream should hold; nothing of it was taken in.</exception>
    /// <exception cref="SinkException">Windows of fractions of a second meet a table that keeps times to the second: they would replace one another.</exception>
    public void Append(RecordReader reader, in SinkRecord record)
    {
        _row.Clear();
        if (!reader.Read(record, _row))
        {
            return;
        }

        foreach (var column in _wholeSeconds)
        {
            if (_row.Number(column) % 1000 != 0)
            {
                throw new SinkException($"the table {table.Name} in ClickHouse keeps {table.Columns[column].Name} to the second, and windows are finer; use windows of whole seconds, or a server from 20.1 on with a new table");
            }
        }

        if (_replaces && Replace())
        {
            return;
        }

        _row.AppendTo(_open);
        if (_open.Rows >= blockRows || _open.Bytes >= BlockBytes)
        {
            Close();
        }
    }

    /// <summary>The next block to send; <see langword="null"/> when none is left. It stays until <see cref="Sent"/>.</summary>
    public RowBlock? Next()
    {
        if (_full.Count == 0 && _open.Rows > 0)
        {
            Close();
        }

        return _full.TryPeek(out var block) ? block : null;
    }

    /// <summary>Lets go of the block that <see cref="Next"/> returned.</summary>
    public void Sent()
    {
        var block = _full.Dequeue();
        _fullRows -= block.Rows;
        _fullBytes -= block.Bytes;
        if (_spare.Count < MaxSpare)
        {
            block.Clear();
            _spare.Push(block);
        }
        else
        {
            block.Dispose();
        }
    }

    public void Dispose()
    {
        _row.Dispose();
        _open.Dispose();
        foreach (var block in _full.Concat(_spare))
        {
            block.Dispose();
        }
    }

    private static int[] WholeSeconds(TableDefinition table, ImmutableArray<(string Name, string ServerType)> types) => table.Kind != StreamKind.Windows
        ? []
        : [.. Enumerable.Range(0, types.Length).Where(i => table.Key.Contains(types[i].Name) && types[i].ServerType.StartsWith("DateTime", StringComparison.Ordinal) && !types[i].ServerType.StartsWith("DateTime64", StringComparison.Ordinal))];

    /// <summary>Puts the row in place of an older one of its key; false where there is none, and the row is to be appended.</summary>
    private bool Replace()
    {
        ref var newest = ref CollectionsMarshal.GetValueRefOrAddDefault(_newest, _row.KeyDigest(_isKey), out var isThere);
        var version = _row.Number(_version);
        if (!isThere)
        {
            newest = (_open.Rows, version);
            return false;
        }

        if (version >= newest.Version)
        {
            newest.Version = version;
            _row.Replace(_open, newest.Row, _isKey);
        }

        return true;
    }

    private void Close()
    {
        _newest.Clear();
        _full.Enqueue(_open);
        _fullRows += _open.Rows;
        _fullBytes += _open.Bytes;
        _open = _spare.TryPop(out var block) ? block : new RowBlock(types);
    }
}
