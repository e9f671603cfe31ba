namespace StreamEngine.Core.Batches;

/// <summary>
/// What moves through a graph: columns of equal length over records of one source partition. A batch is reused by its owner and valid
/// only during the call that hands it over; an operator that keeps something copies it.
/// </summary>
/// <remarks>
/// A chain of operators works on one batch in place: its columns are those of the whole chain, and each operator fills the ones it adds.
/// Rows are removed by <see cref="Drop"/> and <see cref="RemoveDropped"/>, and multiplied by <see cref="AppendCopy"/>; neither moves text.
/// </remarks>
public sealed class RecordBatch
{
    /// <summary>Rows that a source puts into one batch at most: so many that calls cost nothing per post, so few that a batch of posts stays in a core's cache from operator to operator (with 4,096 ingest is a tenth slower).</summary>
    public const int DefaultCapacity = 1024;

    private readonly Column[] _columns;
    private int[] _records;
    private bool[] _dropped;
    private int[] _keptRows;
    private int _droppedCount;
    private int _capacity;

    /// <summary>Creates an empty batch with room for <paramref name="capacity"/> rows.</summary>
    public RecordBatch(BatchSchema schema, int capacity = DefaultCapacity)
    {
        Schema = schema;
        _capacity = capacity;
        _records = new int[capacity];
        _dropped = new bool[capacity];
        _keptRows = new int[capacity];
        _columns = new Column[schema.Columns.Length];
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i] = Create(schema.Columns[i], capacity);
        }
    }

    /// <summary>The columns' names and types.</summary>
    public BatchSchema Schema { get; }

    /// <summary>The bytes of all UTF-8 columns.</summary>
    public ByteArena Arena { get; } = new(1 << 16);

    /// <summary>The records that the rows come from.</summary>
    public RecordOrigin Origin { get; } = new();

    /// <summary>How many rows there are. 0 is a batch that only carries time.</summary>
    public int RowCount { get; private set; }

    /// <summary>
    /// Event time in ms up to which this partition is complete; <see cref="long.MinValue"/> before the first event.
    /// Set by the operator that owns time (<c>window</c>) for those after it.
    /// </summary>
    public long Watermark { get; set; } = long.MinValue;

    /// <summary>
    /// In batches of windows: event time in ms up to which nothing changes any more. No row that comes later is of a window that ends at
    /// or before it. <see cref="long.MinValue"/> while there is no such time.
    /// </summary>
    public long Settled { get; set; } = long.MinValue;

    /// <summary>In a batch that came through an exchange: how many partitions the sending stage's source has; else 0.</summary>
    public int SourcePartitionCount { get; set; }

    /// <summary>In a batch that came through an exchange: its source partition is read to the end and has been silent, so it holds nobody's time back.</summary>
    public bool SourceIdle { get; set; }

    /// <summary>For each row, the index of its record in <see cref="Origin"/>. Several rows may share a record.</summary>
    public ReadOnlySpan<int> Records => _records.AsSpan(0, RowCount);

    /// <summary>A column by position.</summary>
    public Column this[int index] => _columns[index];

    /// <summary>The UTF-8 column at a position.</summary>
    public Utf8Column Utf8(int index) => (Utf8Column)_columns[index];

    /// <summary>The Int64 column at a position.</summary>
    public Int64Column Int64(int index) => (Int64Column)_columns[index];

    /// <summary>The Int32 column at a position.</summary>
    public Int32Column Int32(int index) => (Int32Column)_columns[index];

    /// <summary>The Float32 column at a position.</summary>
    public Float32Column Float32(int index) => (Float32Column)_columns[index];

    /// <summary>The Float64 column at a position.</summary>
    public Float64Column Float64(int index) => (Float64Column)_columns[index];

    /// <summary>The dictionary column at a position.</summary>
    public DictionaryColumn Dictionary(int index) => (DictionaryColumn)_columns[index];

    /// <summary>Empties the batch for reuse.</summary>
    public void Clear()
    {
        Truncate(0);
        Arena.Clear();
        Origin.Clear();
        Watermark = long.MinValue;
        Settled = long.MinValue;
        SourcePartitionCount = 0;
        SourceIdle = false;
    }

    /// <summary>Adds a record and a row for it, and returns the row. The row's values are undefined until set.</summary>
    public int AppendRecord(long offset) => AppendRow(Origin.Add(offset));

    /// <summary>Adds a row for a record of <see cref="Origin"/> and returns it. The row's values are undefined until set.</summary>
    public int AppendRow(int record)
    {
        if (RowCount == _capacity)
        {
            Grow();
        }

        _records[RowCount] = record;
        _dropped[RowCount] = false;
        return RowCount++;
    }

    /// <summary>Adds a copy of <paramref name="row"/> at the end and returns it. Text is shared, not copied.</summary>
    public int AppendCopy(int row)
    {
        var copy = AppendRow(_records[row]);
        foreach (var column in _columns)
        {
            column.CopyRow(row, copy);
        }

        return copy;
    }

    /// <summary>Marks a row for removal and its record's fate. It stays readable until <see cref="RemoveDropped"/>.</summary>
    public void Drop(int row, RecordFate fate)
    {
        Origin.Mark(_records[row], fate);
        if (!_dropped[row])
        {
            _dropped[row] = true;
            _droppedCount++;
        }
    }

    /// <summary>Removes the dropped rows; the others keep their order.</summary>
    public void RemoveDropped()
    {
        if (_droppedCount == 0)
        {
            return;
        }

        // Rows before the first dropped one stay where they are; of the others the list is made once, and each column moved at a run.
        var first = Array.IndexOf(_dropped, true, 0, RowCount);
        var count = 0;
        for (var row = first + 1; row < RowCount; row++)
        {
            _keptRows[count] = row;
            count += _dropped[row] ? 0 : 1;
        }

        var rows = _keptRows.AsSpan(0, count);
        for (var i = 0; i < rows.Length; i++)
        {
            _records[first + i] = _records[rows[i]];
        }

        foreach (var column in _columns)
        {
            column.Compact(first, rows);
        }

        var kept = first + count;
        Truncate(kept);
    }

    /// <summary>Removes the rows from <paramref name="rows"/> on, and forgets which were dropped.</summary>
    internal void Truncate(int rows)
    {
        Array.Clear(_dropped, 0, RowCount);
        _droppedCount = 0;
        RowCount = rows;
    }

    /// <summary>Removes the rows from <paramref name="rows"/> on; which of the others were dropped stays.</summary>
    internal void TakeBack(int rows)
    {
        while (RowCount > rows)
        {
            RowCount--;
            _droppedCount -= _dropped[RowCount] ? 1 : 0;
            _dropped[RowCount] = false;
        }
    }

    private void Grow()
    {
        _capacity *= 2;
        Array.Resize(ref _records, _capacity);
        Array.Resize(ref _dropped, _capacity);
        _keptRows = new int[_capacity];
        foreach (var column in _columns)
        {
            column.EnsureCapacity(_capacity);
        }
    }

    private Column Create(ColumnDeclaration declaration, int capacity) => declaration.Type switch
    {
        ColumnType.Utf8 => new Utf8Column(declaration.Name, capacity, Arena),
        ColumnType.Int64 => new Int64Column(declaration.Name, capacity),
        ColumnType.Int32 => new Int32Column(declaration.Name, capacity),
        ColumnType.Float32 => new Float32Column(declaration.Name, capacity),
        ColumnType.Float64 => new Float64Column(declaration.Name, capacity),
        ColumnType.Dictionary => new DictionaryColumn(declaration.Name, capacity),
        _ => throw new ArgumentOutOfRangeException(nameof(declaration), declaration.Type, "not a column type"),
    };
}
