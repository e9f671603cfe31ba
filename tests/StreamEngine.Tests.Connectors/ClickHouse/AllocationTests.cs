using System.Text;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Records;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

public sealed class AllocationTests
{
    [Fact]
    public void Rows_allocate_nothing_from_record_to_wire_once_the_buffers_have_grown()
    {
        const int rows = 10_000;
        using var windows = Lane(Records.Windows);
        using var alerts = Lane(Records.Alerts);
        using var refused = Lane(Records.DeadLetters);
        var window = Encoding.UTF8.GetBytes(Records.Window("Kwik", Records.Start, 7, 3, channel: "\\u00e9"));
        var alert = Encoding.UTF8.GetBytes("""{"incident_id":"i","sequence":1,"state":"open","window":{"start":"2026-03-01T10:00:00.000Z","end":"2026-03-01T10:05:00.000Z"},"channels":[{"name":"\u00e9","negative":3}],"samples":[{"text":"a"}]}""");
        var headers = Records.Refused(5, "not JSON");
        var readers = (Windows: new JsonRecordReader(Records.Windows, windows.Table.Columns), Alerts: new JsonRecordReader(Records.Alerts, alerts.Table.Columns), Refused: new OriginalRecordReader(Records.DeadLetters, refused.Table.Columns));
        using var body = new WireBuffer();
        TableRows[] lanes = [windows, alerts, refused];

        void Pass()
        {
            for (var i = 0; i < rows; i++)
            {
                windows.Append(readers.Windows, new SinkRecord(default, window, default, i));
                alerts.Append(readers.Alerts, new SinkRecord(default, alert, default, i));
                refused.Append(readers.Refused, new SinkRecord("key"u8, "payload"u8, headers, i));
            }

            foreach (var lane in lanes)
            {
                while (lane.Next() is { } block)
                {
                    foreach (var format in _formats)
                    {
                        body.Clear();
                        block.Write(format, body);
                    }

                    lane.Sent();
                }
            }
        }

        var bytes = Allocations.InSteadyState(Pass);
        Assert.True(bytes < 1000, $"{bytes} bytes allocated by a pass of {3 * rows} rows");
    }

    private static readonly WireFormat[] _formats = [WireFormat.Native, WireFormat.RowBinary];

    private static TableRows Lane(SinkInput input)
    {
        var table = StreamTables.For(input.Kind);
        var types = new TableStatements(new(), new("26.7.1", System.Collections.Frozen.FrozenSet<string>.Empty));
        return new TableRows(table, [.. table.Columns.Select(column => (column.Name, types.TypeOf(column.Kind)))], 4000);
    }
}
