using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>
/// Reads records that are the original bytes of what a source held, told about in headers: dead letters and late posts. A header goes to
/// the column whose <see cref="TableColumn.From"/> is <c>header.NAME</c>. Allocates nothing per record.
/// </summary>
internal sealed class OriginalRecordReader : RecordReader
{
    /// <summary>What <see cref="TableColumn.From"/> starts with for a value out of a header.</summary>
    public const string HeaderPrefix = "header.";

    private readonly ImmutableArray<TableColumn> _columns;
    private readonly PropertyNode _headers;
    private readonly byte[] _graph;
    private readonly int _graphColumn;
    private readonly int _keyColumn;
    private readonly int _payloadColumn;
    private readonly int _writtenColumn;

    public OriginalRecordReader(SinkInput input, ImmutableArray<TableColumn> columns)
    {
        _columns = columns;
        _graph = Encoding.UTF8.GetBytes(input.Graph);
        _headers = PropertyNode.Tree([.. columns.Select(column => column with { From = column.From?[HeaderPrefix.Length..] })]);
        var names = columns.Select(column => column.Name).ToList();
        _graphColumn = names.IndexOf("graph");
        _keyColumn = names.IndexOf("key");
        _payloadColumn = names.IndexOf("payload");
        _writtenColumn = names.IndexOf("written_at");
    }

    public override bool Read(in SinkRecord record, RowValues row)
    {
        row.Set(_graphColumn, _graph);
        row.Set(_keyColumn, record.Key);
        row.Set(_payloadColumn, record.Value);
        row.Set(_writtenColumn, record.Timestamp);
        var headers = record.Headers;
        var expected = 0;
        while (RecordHeaders.TryRead(ref headers, out var name, out var value))
        {
            if (_headers.Find(name, ref expected) is not { } header)
            {
                continue;
            }

            if (_columns[header.Column].Kind is ColumnKind.Text or ColumnKind.Word)
            {
                row.Set(header.Column, value);
            }
            else if (Utf8Parser.TryParse(value, out long number, out var read) && read == value.Length)
            {
                row.Set(header.Column, number);
            }
            else
            {
                throw new FormatException($"the header '{Encoding.UTF8.GetString(name)}' must be a whole number, not '{Encoding.UTF8.GetString(value)}'");
            }
        }

        return true;
    }
}
