using System.Buffers.Binary;

namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>How values of a fixed width lie on the wire.</summary>
internal enum FixedLayout
{
    UInt8,
    UInt32,
    Int64,
    Float32,
    Float64,

    /// <summary><c>DateTime</c>: seconds since 1970 as UInt32.</summary>
    Seconds,

    /// <summary><c>DateTime64(3)</c>: ms since 1970 as Int64.</summary>
    Milliseconds,
}

/// <summary>A column of numbers or moments. Moments beyond what the type can hold become its first or last.</summary>
internal sealed class FixedColumn : ColumnBuffer
{
    /// <summary>1900-01-01 and 2299-12-31T23:59:59.999, the ends of DateTime64, in ms since 1970.</summary>
    private const long FirstMillisecond = -2_208_988_800_000, LastMillisecond = 10_413_791_999_999;

    private readonly WireBuffer _values = new();
    private readonly FixedLayout _layout;
    private readonly int _width;
    private int _next;

    public FixedColumn(string serverType, FixedLayout layout)
        : base(serverType)
    {
        _layout = layout;
        _width = layout switch
        {
            FixedLayout.UInt8 => 1,
            FixedLayout.UInt32 or FixedLayout.Float32 or FixedLayout.Seconds => 4,
            _ => 8,
        };
    }

    public override int Count => _values.Length / _width;

    public override long Bytes => _values.Length;

    public override void Append(long value) => Write(_values.Extend(_width), value);

    public override void Append(double value)
    {
        if (_layout is not (FixedLayout.Float32 or FixedLayout.Float64))
        {
            base.Append(value);
        }

        WriteReal(_values.Extend(_width), value);
    }

    public override void Replace(int row, long value) => Write(_values.Rewrite(row * _width, _width), value);

    public override void Replace(int row, double value)
    {
        if (_layout is not (FixedLayout.Float32 or FixedLayout.Float64))
        {
            base.Replace(row, value);
        }

        WriteReal(_values.Rewrite(row * _width, _width), value);
    }

    public override void Clear()
    {
        _values.Clear();
        _next = 0;
    }

    public override void WriteNative(WireBuffer output) => output.Append(_values.Written);

    public override void WriteNext(WireBuffer output)
    {
        output.Append(_values.Written.Slice(_next, _width));
        _next += _width;
    }

    public override void Rewind() => _next = 0;

    protected override void Dispose(bool disposing) => _values.Dispose();

    private void Write(Span<byte> place, long value)
    {
        switch (_layout)
        {
            case FixedLayout.UInt8:
                place[0] = (byte)value;
                break;
            case FixedLayout.UInt32:
                BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)value);
                break;
            case FixedLayout.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(place, value);
                break;
            case FixedLayout.Seconds:
                BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)Math.Clamp(Math.Clamp(value, 0, LastMillisecond) / 1000, 0, uint.MaxValue));
                break;
            case FixedLayout.Milliseconds:
                BinaryPrimitives.WriteInt64LittleEndian(place, Math.Clamp(value, FirstMillisecond, LastMillisecond));
                break;
            default:
                WriteReal(place, value);
                break;
        }
    }

    private void WriteReal(Span<byte> place, double value)
    {
        if (_layout == FixedLayout.Float32)
        {
            BinaryPrimitives.WriteSingleLittleEndian(place, (float)value);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(place, value);
        }
    }
}
