namespace StreamEngine.Core.Batches;

/// <summary>The types a column can have. Each keeps Arrow's memory layout for its values.</summary>
public enum ColumnType
{
    /// <summary>UTF-8 text or raw bytes: Arrow's list-view layout, (offset, size) into the batch's <see cref="ByteArena"/>. Absent = size -1.</summary>
    Utf8,

    /// <summary>Signed 64-bit integers; event times are milliseconds since 1970-01-01T00:00Z. Absent = <see cref="long.MinValue"/>.</summary>
    Int64,

    /// <summary>Signed 32-bit integers.</summary>
    Int32,

    /// <summary>IEEE 754 single precision. Absent = NaN.</summary>
    Float32,

    /// <summary>IEEE 754 double precision. Absent = NaN.</summary>
    Float64,

    /// <summary>Dictionary codes: Int32 indices into a <see cref="Utf8Dictionary"/>. Absent = -1.</summary>
    Dictionary,
}
