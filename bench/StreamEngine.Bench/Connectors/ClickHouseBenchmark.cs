using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using StreamEngine.Connectors.ClickHouse;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Records;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Bench.Connectors;

/// <summary>How fast windows become the bytes of an insert: from JSON records, on one core, without a server.</summary>
internal static class ClickHouseBenchmark
{
    private const int BlockRows = 50_000;
    private const int Passes = 12;

    /// <summary>Measures and adds <c>clickhouse.*</c> to the report: the best of several passes, the bytes allocated in the last.</summary>
    public static void Run(IDictionary<string, double> report, TextWriter log)
    {
        var input = new SinkInput("per_minute", StreamKind.Windows, "bench");
        var table = StreamTables.For(StreamKind.Windows);
        var statements = new TableStatements(new ClickHouseSettings(), new("26.7.1", FrozenSet<string>.Empty));
        using var rows = new TableRows(table, [.. table.Columns.Select(column => (column.Name, statements.TypeOf(column.Kind)))], BlockRows);
        var reader = new JsonRecordReader(input, table.Columns);
        var records = Windows();
        using var body = new WireBuffer();
        var parse = TimeSpan.MaxValue;
        var best = new Dictionary<WireFormat, TimeSpan> { [WireFormat.Native] = TimeSpan.MaxValue, [WireFormat.RowBinary] = TimeSpan.MaxValue };
        long allocated = 0;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < BlockRows; i++)
            {
                rows.Append(reader, new SinkRecord(default, records[i % records.Length], default, i));
            }

            parse = Shorter(parse, start);
            var block = rows.Next()!;
            foreach (var format in new ReadOnlySpan<WireFormat>([WireFormat.Native, WireFormat.RowBinary]))
            {
                body.Clear();
                start = Stopwatch.GetTimestamp();
                block.Write(format, body);
                best[format] = Shorter(best[format], start);
            }

            rows.Sent();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Report("clickhouse.append_rows_per_s", BlockRows / parse.TotalSeconds);
        Report("clickhouse.native_rows_per_s", BlockRows / (parse + best[WireFormat.Native]).TotalSeconds);
        Report("clickhouse.rowbinary_rows_per_s", BlockRows / (parse + best[WireFormat.RowBinary]).TotalSeconds);
        Report("clickhouse.bytes_per_row", (double)allocated / BlockRows);

        void Report(string name, double value)
        {
            report[name] = value;
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {value:N2}"));
        }
    }

    private static TimeSpan Shorter(TimeSpan best, long start) => Stopwatch.GetElapsedTime(start) is var took && took < best ? took : best;

    private static byte[][] Windows()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, BlockRows).Select(i => Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"window_start":{{1_772_359_200_000 + (i * 60_000L)}},"window_end":{{1_772_359_260_000 + (i * 60_000L)}},"brand":"brand {{random.Next(200)}}","channel":"channel {{random.Next(5)}}","language":"nl","posts":{{random.Next(10_000)}},"negative":{{random.Next(3000)}},"neutral":{{random.Next(3000)}},"positive":{{random.Next(3000)}},"mean_score":{{random.NextDouble() - 0.5}},"reach":{{random.Next()}},"authors":{{random.Next(5000)}},"late":0,"first_event":{{1_772_359_200_001 + (i * 60_000L)}},"last_event":{{1_772_359_259_999 + (i * 60_000L)}},"is_final":1,"version":{{i}}}""")))];
    }
}
