using Microsoft.ML;
using Microsoft.ML.Data;
using StreamEngine.Core.Batches;

namespace StreamEngine.Operators.MLNet;

/// <summary>
/// Rows of a batch as ML.NET reads data. Numbers are read where they lie; texts are made UTF-16 once per batch. A column that no column
/// of the batch fills reads as its type's default.
/// </summary>
internal sealed class BatchView : IDataView
{
    private readonly RecordBatch _batch;
    private readonly Utf16Column?[] _texts;
    private readonly HashSet<int> _needed = [];
    private int _from;
    private int _count;

    /// <summary>Makes a view of no rows.</summary>
    /// <param name="schema">The model's input.</param>
    /// <param name="bound">The position in the batch of each of its columns, or -1.</param>
    /// <param name="batch">The batch.</param>
    public BatchView(DataViewSchema schema, int[] bound, RecordBatch batch)
    {
        (Schema, Bound, _batch) = (schema, bound, batch);
        _texts = new Utf16Column?[schema.Count];
    }

    public DataViewSchema Schema { get; }

    public int[] Bound { get; }

    public bool CanShuffle => false;

    /// <summary>The columns of the model's input that a cursor was asked for.</summary>
    public IEnumerable<int> Needed => _needed.Order();

    /// <summary>Whether a column of a batch can fill an input.</summary>
    public static bool Fits(DataViewType input, ColumnType column) => input switch
    {
        TextDataViewType => column is ColumnType.Utf8 or ColumnType.Dictionary,
        NumberDataViewType number => (number.RawType == typeof(float) || number.RawType == typeof(double)) && column is not (ColumnType.Utf8 or ColumnType.Dictionary),
        _ => false,
    };

    /// <summary>Shows rows of the batch.</summary>
    public void Show(int from, int count)
    {
        (_from, _count) = (from, count);
        foreach (var column in _needed)
        {
            if (Schema[column].Type is TextDataViewType && Bound[column] >= 0)
            {
                (_texts[column] ??= new Utf16Column()).Fill(_batch, Bound[column], from, count);
            }
        }
    }

    public long? GetRowCount() => _count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        foreach (var column in columnsNeeded)
        {
            if (_needed.Add(column.Index) && column.Type is TextDataViewType && Bound[column.Index] >= 0)
            {
                (_texts[column.Index] ??= new Utf16Column()).Fill(_batch, Bound[column.Index], _from, _count);
            }
        }

        return new Cursor(this);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private double Number(int column, int row) => _batch[column] switch
    {
        Float32Column floats => floats[row],
        Float64Column doubles => doubles[row],
        Int32Column ints => ints[row],
        Int64Column longs => longs[row] == long.MinValue ? double.NaN : longs[row],
        var other => throw new InvalidOperationException($"column {other.Name} holds no numbers"),
    };

    private Delegate Getter(Cursor cursor, DataViewSchema.Column column)
    {
        var source = Bound[column.Index];
        return column.Type switch
        {
            TextDataViewType => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = source < 0 ? default : _texts[column.Index]![(int)cursor.Position]),
            NumberDataViewType when column.Type.RawType == typeof(float) => (ValueGetter<float>)((ref float value) => value = source < 0 ? 0 : (float)Number(source, _from + (int)cursor.Position)),
            NumberDataViewType when column.Type.RawType == typeof(double) => (ValueGetter<double>)((ref double value) => value = source < 0 ? 0 : Number(source, _from + (int)cursor.Position)),
            _ => Default(column.Type.RawType),
        };
    }

    private static Delegate Default(Type type) =>
        (Delegate)typeof(BatchView).GetMethod(nameof(DefaultOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!;

    private static ValueGetter<T> DefaultOf<T>() => (ref T value) => value = default!;

    private sealed class Cursor(BatchView view) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => view._needed.Contains(column.Index);

        public override bool MoveNext() => ++_position < view._count;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ValueGetter<TValue>)view.Getter(this, column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);
    }
}
