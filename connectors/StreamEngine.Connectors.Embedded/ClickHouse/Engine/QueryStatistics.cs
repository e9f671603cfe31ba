using System.Globalization;

namespace StreamEngine.Connectors.Embedded;

/// <summary>What <c>X-ClickHouse-Summary</c> tells about a query.</summary>
internal readonly record struct QueryStatistics(
    ulong RowsRead, ulong BytesRead, ulong RowsWritten, ulong BytesWritten, ulong ResultRows, ulong ResultBytes, TimeSpan Elapsed)
{
    /// <summary>An INSERT as a server sums it up: what was written was also read and is the result.</summary>
    public QueryStatistics AsInsert() => this with
    {
        RowsRead = ulong.Max(RowsRead, RowsWritten),
        BytesRead = ulong.Max(BytesRead, BytesWritten),
        ResultRows = RowsWritten,
        ResultBytes = BytesWritten,
    };

    /// <summary>The header's value.</summary>
    public string ToJson() => string.Create(CultureInfo.InvariantCulture,
        $$"""{"read_rows":"{{RowsRead}}","read_bytes":"{{BytesRead}}","written_rows":"{{RowsWritten}}","written_bytes":"{{BytesWritten}}","total_rows_to_read":"{{RowsRead}}","result_rows":"{{ResultRows}}","result_bytes":"{{ResultBytes}}","elapsed_ns":"{{(long)Elapsed.TotalNanoseconds}}"}""");
}
