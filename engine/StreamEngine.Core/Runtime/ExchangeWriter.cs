using System.Buffers.Binary;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Planning;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>
/// Sends batches to the next stage: rows are spread over the exchange topic's partitions by the hash of their key, many to a record.
/// Every partition gets at least one record per batch, since each must learn how far time is.
/// </summary>
/// <remarks>
/// A record: version (byte), operator id, schema hash (Int64), source partition, source partition count, flags (1 = idle),
/// watermark (Int64), row count, then column by column: Int64 and Int32 zigzag, floats as their bits, texts and dictionary texts as
/// length + 1 (0 = absent) and bytes.
/// </remarks>
internal sealed class ExchangeWriter
{
    internal const byte Version = 1;

    /// <summary>Bytes after which a record is closed; well under brokers' default limit of 1 MB.</summary>
    private const int RecordBytes = 400_000;

    private readonly string _operatorId;
    private readonly int _topic;
    private readonly int _partitions;
    private readonly int _keyColumn;
    private readonly byte[] _idBytes;
    private readonly long _schemaHash;
    private readonly BatchSchema _schema;
    private readonly StateWriter _record = new(1 << 16);
    private readonly List<int>[] _rows;
    private long _sentWatermark = long.MinValue;

    internal ExchangeWriter(StageOutput output, BatchSchema schema, int partitions)
    {
        _operatorId = output.From;
        _idBytes = Encoding.UTF8.GetBytes(_operatorId);
        _topic = output.Topic.Index;
        _partitions = partitions;
        _schema = schema;
        _schemaHash = HashOf(schema);
        _keyColumn = schema.IndexOf(output.KeyColumns[0]);
        _rows = new List<int>[partitions];
        for (var i = 0; i < partitions; i++)
        {
            _rows[i] = [];
        }
    }

    internal static long HashOf(BatchSchema schema) => (long)Hash64.Of(Encoding.UTF8.GetBytes(string.Join(",", schema.Columns)));

    /// <summary>Writes the records of a batch into <paramref name="output"/>.</summary>
    internal void Write(RecordBatch batch, int sourcePartition, int sourcePartitionCount, OutputBuffer output)
    {
        Spread(batch);
        for (var partition = 0; partition < _partitions; partition++)
        {
            var rows = _rows[partition];
            var start = 0;
            do
            {
                start = WriteRecord(batch, rows, start, partition, sourcePartition, sourcePartitionCount, output);
            }
            while (start < rows.Count);
        }

        _sentWatermark = batch.Watermark;
    }

    private void Spread(RecordBatch batch)
    {
        foreach (var rows in _rows)
        {
            rows.Clear();
        }

        for (var row = 0; row < batch.RowCount; row++)
        {
            _rows[Partitioning.Of(TextOf(batch[_keyColumn], row), _partitions)].Add(row);
        }
    }

    private int WriteRecord(RecordBatch batch, List<int> rows, int start, int partition, int sourcePartition, int sourcePartitionCount, OutputBuffer output)
    {
        var count = RowsThatFit(batch, rows, start);
        var last = start + count == rows.Count;
        _record.Clear();
        _record.WriteByte(Version);
        _record.WriteText(_idBytes);
        _record.WriteInt64(_schemaHash);
        _record.WriteCount(sourcePartition);
        _record.WriteCount(sourcePartitionCount);
        _record.WriteByte((byte)(last && batch.SourceIdle ? 1 : 0));
        // Only the last record of a batch moves time on: what the earlier ones lack is still to come.
        _record.WriteInt64(last ? batch.Watermark : _sentWatermark);
        _record.WriteCount(count);
        for (var c = 0; c < _schema.Columns.Length; c++)
        {
            WriteColumn(batch[c], rows, start, count);
        }

        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(key, sourcePartition);
        output.Append(_topic, partition, key, _record.Written);
        return start + count;
    }

    private int RowsThatFit(RecordBatch batch, List<int> rows, int start)
    {
        var bytes = 0;
        var i = start;
        for (; i < rows.Count && bytes < RecordBytes; i++)
        {
            for (var c = 0; c < _schema.Columns.Length; c++)
            {
                bytes += 2 + (batch[c] is Utf8Column or DictionaryColumn ? TextOf(batch[c], rows[i]).Length : 6);
            }
        }

        return i - start;
    }

    private void WriteColumn(Column column, List<int> rows, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            var row = rows[i];
            switch (column)
            {
                case Int64Column c:
                    _record.WriteSigned(c[row]);
                    break;
                case Int32Column c:
                    _record.WriteSigned(c[row]);
                    break;
                case Float32Column c:
                    _record.WriteSingle(c[row]);
                    break;
                case Float64Column c:
                    _record.WriteDouble(c[row]);
                    break;
                default:
                    WriteText(column, row);
                    break;
            }
        }
    }

    private void WriteText(Column column, int row)
    {
        var absent = column is DictionaryColumn d ? d[row] < 0 : ((Utf8Column)column).Lengths[row] < 0;
        if (absent)
        {
            _record.WriteCount(0);
            return;
        }

        var text = TextOf(column, row);
        _record.WriteCount(text.Length + 1L);
        _record.WriteRaw(text);
    }

    private static ReadOnlySpan<byte> TextOf(Column column, int row) =>
        column is DictionaryColumn d ? d.Text(row) : ((Utf8Column)column)[row];
}
