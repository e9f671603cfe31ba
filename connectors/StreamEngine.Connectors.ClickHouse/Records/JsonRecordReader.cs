using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>
/// Reads records that are JSON objects: windows, alerts, posts. Properties go to the columns that name them; others are passed over;
/// <c>null</c> counts as absent. Graph and operator are the stream's where the record does not name its own. Allocates nothing per record.
/// </summary>
internal sealed class JsonRecordReader : RecordReader
{
    private readonly PropertyNode _root;
    private readonly ImmutableArray<TableColumn> _columns;
    private readonly byte[] _graph;
    private readonly byte[] _operator;
    private readonly int _graphColumn;
    private readonly int _operatorColumn;
    private readonly int _documentColumn;
    private readonly int _writtenColumn;

    public JsonRecordReader(SinkInput input, ImmutableArray<TableColumn> columns)
    {
        _columns = columns;
        _root = PropertyNode.Tree(columns);
        _graph = Encoding.UTF8.GetBytes(input.Graph);
        _operator = Encoding.UTF8.GetBytes(input.Name);
        _graphColumn = IndexOf("graph");
        _operatorColumn = IndexOf("operator");
        _documentColumn = IndexOf("document");
        _writtenColumn = IndexOf("written_at");
    }

    public override bool Read(in SinkRecord record, RowValues row)
    {
        if (record.Value.IsEmpty)
        {
            return false;
        }

        row.Set(_graphColumn, _graph);
        row.Set(_operatorColumn, _operator);
        if (_writtenColumn >= 0)
        {
            row.Set(_writtenColumn, record.Timestamp);
        }

        try
        {
            var json = new Utf8JsonReader(record.Value);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("the record is not a JSON object");
            }

            ReadObject(ref json, _root, row);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the record is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"the record has a text that is not valid: {e.Message}", e);
        }

        if (_documentColumn >= 0)
        {
            row.Set(_documentColumn, record.Value);
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            if (_columns[i].Required && !row.IsSet(i))
            {
                throw new FormatException($"the record has no '{_columns[i].From}'");
            }
        }

        return true;
    }

    private void ReadObject(ref Utf8JsonReader json, PropertyNode node, RowValues row)
    {
        var expected = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var child = json.ValueIsEscaped ? null : node.Find(json.ValueSpan, ref expected);
            json.Read();
            if (child is null || json.TokenType == JsonTokenType.Null)
            {
                json.Skip();
            }
            else if (child.Column >= 0)
            {
                ReadValue(ref json, child.Column, row);
            }
            else if (json.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref json, child, row);
            }
            else
            {
                json.Skip();
            }
        }
    }

    private void ReadValue(ref Utf8JsonReader json, int column, RowValues row)
    {
        switch (_columns[column].Kind)
        {
            case ColumnKind.Text or ColumnKind.Word:
                ReadText(ref json, column, row);
                break;
            case ColumnKind.Texts:
                ReadTexts(ref json, column, row);
                break;
            case ColumnKind.Float32 or ColumnKind.Float64:
                row.Set(column, json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var real) ? real : throw Wrong(ref json, column, "a number"));
                break;
            default:
                row.Set(column, ReadInteger(ref json, column));
                break;
        }
    }

    private long ReadInteger(ref Utf8JsonReader json, int column)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.Number when json.TryGetInt64(out var whole):
                return whole;
            case JsonTokenType.Number when json.TryGetDouble(out var real) && Math.Abs(real) < 9.2e18:
                return (long)Math.Round(real);
            case JsonTokenType.True or JsonTokenType.False:
                return json.TokenType == JsonTokenType.True ? 1 : 0;
            case JsonTokenType.String when _columns[column].Kind == ColumnKind.Time && json.TryGetDateTimeOffset(out var moment):
                return moment.ToUnixTimeMilliseconds();
            default:
                throw Wrong(ref json, column, _columns[column].Kind == ColumnKind.Time ? "a time in ms since 1970 or in ISO 8601" : "a whole number");
        }
    }

    private void ReadText(ref Utf8JsonReader json, int column, RowValues row)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String when !json.ValueIsEscaped:
                row.Set(column, json.ValueSpan);
                break;
            case JsonTokenType.String:
                var room = row.BeginText(json.ValueSpan.Length);
                row.EndText(column, json.CopyString(room));
                break;
            case JsonTokenType.Number:
                row.Set(column, json.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                row.Set(column, json.TokenType == JsonTokenType.True ? "true"u8 : "false"u8);
                break;
            default:
                throw Wrong(ref json, column, "a text");
        }
    }

    private void ReadTexts(ref Utf8JsonReader json, int column, RowValues row)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong(ref json, column, "a list of texts");
        }

        row.BeginList(column);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                ReadNameOf(ref json, column, row);
            }
            else
            {
                AddText(ref json, column, row);
            }
        }
    }

    /// <summary>Of an object in a list, the first text stands for it: <c>{"term": "refund", "weight": 4.2}</c> is <c>refund</c>.</summary>
    private void ReadNameOf(ref Utf8JsonReader json, int column, RowValues row)
    {
        var depth = json.CurrentDepth;
        var found = false;
        while (json.Read() && !(json.TokenType == JsonTokenType.EndObject && json.CurrentDepth == depth))
        {
            if (!found && json.TokenType == JsonTokenType.String)
            {
                AddText(ref json, column, row);
                found = true;
            }
        }
    }

    private void AddText(ref Utf8JsonReader json, int column, RowValues row)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            throw Wrong(ref json, column, "a list of texts");
        }

        if (!json.ValueIsEscaped)
        {
            row.AddToList(column, json.ValueSpan);
            return;
        }

        var room = row.Scratch(json.ValueSpan.Length);
        row.AddToList(column, room[..json.CopyString(room)]);
    }

    private FormatException Wrong(ref Utf8JsonReader json, int column, string expected) =>
        new($"'{_columns[column].From}' must be {expected}, not {json.TokenType} (byte {json.TokenStartIndex})");

    private int IndexOf(string name)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_columns[i].Name == name && (_columns[i].From ?? name) == name)
            {
                return i;
            }
        }

        return -1;
    }
}
