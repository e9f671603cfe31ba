namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>What a column holds, whatever type it has on a given server.</summary>
public enum ColumnKind
{
    /// <summary>Whole numbers from 0 to 255: <c>UInt8</c>.</summary>
    UInt8,

    /// <summary>Whole numbers from 0 to 2³² - 1: <c>UInt32</c>.</summary>
    UInt32,

    /// <summary>Whole numbers of at least 0: <c>UInt64</c>.</summary>
    UInt64,

    /// <summary>Whole numbers: <c>Int64</c>.</summary>
    Int64,

    /// <summary>Numbers: <c>Float32</c>.</summary>
    Float32,

    /// <summary>Numbers: <c>Float64</c>.</summary>
    Float64,

    /// <summary>Moments in ms since 1970: <c>DateTime64(3, 'UTC')</c>; <c>DateTime('UTC')</c>, to the second, where the server has no other.</summary>
    Time,

    /// <summary>Texts or bytes: <c>String</c>.</summary>
    Text,

    /// <summary>Texts of which there are few distinct ones: <c>LowCardinality(String)</c>; <c>String</c> where the server has no other.</summary>
    Word,

    /// <summary>Lists of texts: <c>Array(String)</c>.</summary>
    Texts,
}
