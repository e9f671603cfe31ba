using System.Buffers;
using System.Text.Json;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Planning;

namespace StreamEngine.Core.Runtime;

/// <summary>Sends each row of a batch as a JSON object with the public columns; absent values are left out.</summary>
internal sealed class JsonRowWriter : IDisposable
{
    /// <summary>Bytes of the largest row that is sent: with key and framing below the 1 MB that topics take by default.</summary>
    private const int MostBytes = 1_000_000;

    /// <summary>Bytes that a record has besides key and value at the most, as one of a batch of its own.</summary>
    private const int Framing = 200;

    private readonly int _recordLimit;
    private readonly StageOutput _output;
    private readonly int _partitions;
    private readonly (int Index, JsonEncodedText Name)[] _columns;
    private readonly int[] _keys;
    private readonly int _document;
    private readonly ArrayBufferWriter<byte> _json = new(1024);
    private readonly ByteArena _key = new(256);
    private readonly Utf8JsonWriter _writer;

    private readonly Action<RecordBatch, int, string>? _refuse;

    /// <param name="output">Where the rows go.</param>
    /// <param name="rows">The columns that are written.</param>
    /// <param name="batch">The columns of the batches.</param>
    /// <param name="partitions">Partitions of the topic.</param>
    /// <param name="recordLimit">Bytes of the largest record that the topic takes.</param>
    /// <param name="refuse">Takes a row that would be too large for a topic, with the reason; and drops it; absent: it is sent all the same.</param>
    internal JsonRowWriter(StageOutput output, BatchSchema rows, BatchSchema batch, int partitions, int recordLimit = int.MaxValue, Action<RecordBatch, int, string>? refuse = null)
    {
        _output = output;
        _refuse = refuse;
        _recordLimit = recordLimit;
        _partitions = partitions;
        _columns = [.. rows.Columns.Where(c => !c.Internal).Select(c => (batch.IndexOf(c.Name), JsonEncodedText.Encode(c.Name)))];
        _keys = [.. output.KeyColumns.Select(batch.IndexOf)];
        _document = output.Format == OutputFormat.Document ? batch.IndexOf("alert") : -1;
        _writer = new Utf8JsonWriter(_json, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Writes the rows into <paramref name="output"/>; those that are refused leave the batch.</summary>
    internal void Write(RecordBatch batch, OutputBuffer output)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            WriteKey(batch, row);
            var key = _key.Buffer.AsSpan(0, _key.Length);
            var partition = _keys.Length == 0 ? -1 : Partitioning.Of(Text(batch[_keys[0]], row), _partitions);
            if (_document >= 0)
            {
                output.Append(_output.Topic.Index, partition, key, batch.Utf8(_document)[row]);
            }
            else
            {
                _json.ResetWrittenCount();
                WriteRow(batch, row);
                if (_refuse is not null && _json.WrittenCount > Math.Min(MostBytes, _recordLimit - key.Length - Framing))
                {
                    _refuse(batch, row, $"the row would be {_json.WrittenCount} bytes long in {_output.Topic.Name}; the most is {Math.Min(MostBytes, _recordLimit - key.Length - Framing)}");
                    continue;
                }

                output.Append(_output.Topic.Index, partition, key, _json.WrittenSpan);
            }
        }

        batch.RemoveDropped();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>
    /// Writes the values of the key's columns with '|' between them. Where there are several, '\' stands before each '|' and '\' of a
    /// text: other values never give the same key.
    /// </summary>
    private void WriteKey(RecordBatch batch, int row)
    {
        _key.Clear();
        for (var i = 0; i < _keys.Length; i++)
        {
            if (i > 0)
            {
                _key.Append("|"u8);
            }

            if (batch[_keys[i]] is Int64Column number)
            {
                var start = _key.Length;
                number[row].TryFormat(_key.Allocate(20, out _), out var written);
                _key.Trim(start + written);
            }
            else
            {
                WriteKeyText(Text(batch[_keys[i]], row));
            }
        }
    }

    private void WriteKeyText(ReadOnlySpan<byte> text)
    {
        while (_keys.Length > 1 && text.IndexOfAny((byte)'|', (byte)'\\') is >= 0 and var sign)
        {
            _key.Append(text[..sign]);
            _key.Append([(byte)'\\', text[sign]]);
            text = text[(sign + 1)..];
        }

        _key.Append(text);
    }

    private void WriteRow(RecordBatch batch, int row)
    {
        _writer.Reset(_json);
        _writer.WriteStartObject();
        foreach (var (index, name) in _columns)
        {
            switch (batch[index])
            {
                case Int64Column c when c[row] != long.MinValue:
                    _writer.WriteNumber(name, c[row]);
                    break;
                case Int32Column c:
                    _writer.WriteNumber(name, c[row]);
                    break;
                case Float32Column c when float.IsFinite(c[row]):
                    _writer.WriteNumber(name, c[row]);
                    break;
                case Float64Column c when double.IsFinite(c[row]):
                    _writer.WriteNumber(name, c[row]);
                    break;
                case DictionaryColumn c when c[row] >= 0:
                    _writer.WriteString(name, c.Text(row));
                    break;
                case Utf8Column c when c.Lengths[row] >= 0:
                    _writer.WriteString(name, c[row]);
                    break;
                default:
                    break;
            }
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    private static ReadOnlySpan<byte> Text(Column column, int row) =>
        column is DictionaryColumn d ? d.Text(row) : column is Utf8Column u ? u[row] : default;
}
