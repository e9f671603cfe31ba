namespace StreamEngine.Connectors.ClickHouse.Columns;

/// <summary>The format that rows are sent in.</summary>
public enum WireFormat
{
    /// <summary>Column by column, with names and types: the fastest for the server to read.</summary>
    Native,

    /// <summary>Row by row, without names or types: older, and understood by everything that speaks ClickHouse's HTTP interface.</summary>
    RowBinary,
}
