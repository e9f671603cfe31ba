using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Tables;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>
/// The values of one row while its record is read. They go into a block only when the whole record was good, so that a bad one leaves no
/// half row behind. What is not set is 0 or empty.
/// </summary>
internal sealed class RowValues : IDisposable
{
    private readonly ImmutableArray<TableColumn> _columns;
    private readonly long[] _numbers;
    private readonly double[] _reals;
    private readonly (int Start, int Length)[] _texts;
    private readonly bool[] _isSet;
    private readonly WireBuffer _bytes = new();
    private readonly WireBuffer _scratch = new();

    public RowValues(ImmutableArray<TableColumn> columns)
    {
        _columns = columns;
        _numbers = new long[columns.Length];
        _reals = new double[columns.Length];
        _texts = new (int, int)[columns.Length];
        _isSet = new bool[columns.Length];
    }

    public ImmutableArray<TableColumn> Columns => _columns;

    public void Clear()
    {
        Array.Clear(_numbers);
        Array.Clear(_reals);
        Array.Clear(_texts);
        Array.Clear(_isSet);
        _bytes.Clear();
    }

    /// <summary>Sets a whole number, or a moment in ms since 1970.</summary>
    /// <exception cref="FormatException">The column cannot hold it.</exception>
    public void Set(int column, long value)
    {
        var most = _columns[column].Kind switch
        {
            ColumnKind.UInt8 => byte.MaxValue,
            ColumnKind.UInt32 => uint.MaxValue,
            _ => long.MaxValue,
        };
        var least = _columns[column].Kind is ColumnKind.UInt8 or ColumnKind.UInt32 or ColumnKind.UInt64 ? 0 : long.MinValue;
        if (value < least || value > most)
        {
            throw new FormatException($"'{_columns[column].From ?? _columns[column].Name}' is {value}; it must lie between {least} and {most}");
        }

        _numbers[column] = value;
        _reals[column] = value;
        _isSet[column] = true;
    }

    public void Set(int column, double value)
    {
        _reals[column] = value;
        _isSet[column] = true;
    }

    public void Set(int column, ReadOnlySpan<byte> utf8)
    {
        _texts[column] = (_bytes.Length, utf8.Length);
        _bytes.Append(utf8);
        _isSet[column] = true;
    }

    public void Set(int column, string text)
    {
        var start = _bytes.Length;
        Encoding.UTF8.GetBytes(text, _bytes.Extend(Encoding.UTF8.GetByteCount(text)));
        _texts[column] = (start, _bytes.Length - start);
        _isSet[column] = true;
    }

    /// <summary>Room for a text of at most <paramref name="most"/> bytes; <see cref="EndText"/> says how many it has become.</summary>
    public Span<byte> BeginText(int most) => _bytes.Peek(most);

    public void EndText(int column, int length)
    {
        _texts[column] = (_bytes.Length, length);
        _bytes.Extend(length);
        _isSet[column] = true;
    }

    /// <summary>Starts a list of texts; nothing else is set until its last <see cref="AddToList"/>.</summary>
    public void BeginList(int column)
    {
        _texts[column] = (_bytes.Length, 0);
        _numbers[column] = 0;
        _isSet[column] = true;
    }

    public void AddToList(int column, ReadOnlySpan<byte> utf8)
    {
        _bytes.AppendString(utf8);
        _numbers[column]++;
        _texts[column].Length = _bytes.Length - _texts[column].Start;
    }

    /// <summary>Room for bytes that are still to be set; valid until the next call.</summary>
    public Span<byte> Scratch(int length) => _scratch.Peek(length);

    /// <summary>Whether the record gave the column.</summary>
    public bool IsSet(int column) => _isSet[column];

    /// <summary>The whole number or moment that a column has.</summary>
    public long Number(int column) => _numbers[column];

    /// <summary>Appends the row to a block.</summary>
    public void AppendTo(RowBlock block)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            var target = block[i];
            switch (_columns[i].Kind)
            {
                case ColumnKind.Text or ColumnKind.Word:
                    target.Append(Bytes(i));
                    break;
                case ColumnKind.Texts:
                    target.Append((int)_numbers[i], Bytes(i));
                    break;
                case ColumnKind.Float32 or ColumnKind.Float64:
                    target.Append(_reals[i]);
                    break;
                default:
                    target.Append(_numbers[i]);
                    break;
            }
        }

        block.EndRow();
    }

    /// <summary>A digest of the row's key, 128 bits of SHA-256: equal for rows that replace one another.</summary>
    public UInt128 KeyDigest(ReadOnlySpan<bool> isKey)
    {
        _scratch.Clear();
        for (var i = 0; i < _columns.Length; i++)
        {
            if (isKey[i])
            {
                _scratch.AppendUInt64((ulong)_numbers[i]);
                _scratch.AppendString(Bytes(i));
            }
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_scratch.Written, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Puts the row in place of one with the same key: of the columns besides the key, which all are numbers or moments.</summary>
    public void Replace(RowBlock block, int row, ReadOnlySpan<bool> isKey)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (isKey[i])
            {
                continue;
            }

            if (_columns[i].Kind is ColumnKind.Float32 or ColumnKind.Float64)
            {
                block[i].Replace(row, _reals[i]);
            }
            else
            {
                block[i].Replace(row, _numbers[i]);
            }
        }
    }

    public void Dispose()
    {
        _bytes.Dispose();
        _scratch.Dispose();
    }

    private ReadOnlySpan<byte> Bytes(int column) => _bytes.Written.Slice(_texts[column].Start, _texts[column].Length);
}
