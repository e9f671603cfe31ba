using System.Collections.Frozen;

namespace StreamEngine.Connectors.Embedded;

/// <summary>What HTTP has to know about ClickHouse's output formats.</summary>
internal static class OutputFormat
{
    /// <summary>The format of a result when nothing else is asked for.</summary>
    public const string Default = "TabSeparated";

    // Formats without anything before, between or after their rows: the blocks of a result, one after the other,
    // are the result. The others are put together by the engine before they are sent.
    private static readonly FrozenSet<string> _concatenable = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "Raw", "TSKV", "CSV", "LineAsString", "RawBLOB",
        "JSONEachRow", "JSONLines", "NDJSON", "JSONStringsEachRow", "JSONCompactEachRow", "JSONCompactStringsEachRow",
        "RowBinary", "Native", "MsgPack");

    /// <summary>Whether the blocks of a result can be sent as they come.</summary>
    public static bool CanStream(string format) => _concatenable.Contains(format);

    /// <summary>The <c>Content-Type</c> that a server sends.</summary>
    public static string ContentType(string format)
    {
        bool Begins(string prefix) => format.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
        if (Begins("JSON") || Begins("NDJSON"))
        {
            return format.Contains("EachRow", StringComparison.OrdinalIgnoreCase) || Begins("JSONLines") || Begins("NDJSON")
                ? "application/x-ndjson; charset=UTF-8"
                : "application/json; charset=UTF-8";
        }
        if (Begins("CSV"))
            return Begins("CSVWithNames") ? "text/csv; charset=UTF-8; header=present" : "text/csv; charset=UTF-8; header=absent";
        if (Begins("TabSeparated") || Begins("TSV") || Begins("TSKV"))
            return "text/tab-separated-values; charset=UTF-8";
        if (Begins("XML"))
            return "application/xml; charset=UTF-8";
        return IsBinary(format) ? "application/octet-stream" : "text/plain; charset=UTF-8";
    }

    private static bool IsBinary(string format) =>
        format.StartsWith("RowBinary", StringComparison.OrdinalIgnoreCase)
        || format.StartsWith("Arrow", StringComparison.OrdinalIgnoreCase)
        || format.StartsWith("Protobuf", StringComparison.OrdinalIgnoreCase)
        || format.ToUpperInvariant() is "NATIVE" or "PARQUET" or "ORC" or "AVRO" or "MSGPACK" or "CAPNPROTO" or "NPY";
}
