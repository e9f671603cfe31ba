using System.Buffers.Binary;
using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>Reads the records that <see cref="ExchangeWriter"/> makes, into one batch per operator.</summary>
/// <param name="source">The topic and partition, for messages.</param>
/// <param name="discard">Operators that the graph no longer has and whose records are passed over.</param>
internal sealed class ExchangeReader(string source, ImmutableArray<string> discard)
{
    /// <summary>Texts that a column's dictionary may hold when a record begins; with more it begins anew, so that what was read long ago is not held for ever.</summary>
    private const int MostTexts = 1 << 16;

    private readonly Dictionary<string, (RecordBatch Batch, long SchemaHash, Action<RecordBatch> Receiver)> _receivers = [];

    /// <summary>Delivers batches for an operator to <paramref name="receiver"/>.</summary>
    internal void Register(string operatorId, BatchSchema schema, Action<RecordBatch> receiver) =>
        _receivers[operatorId] = (new RecordBatch(schema, 256), ExchangeWriter.HashOf(schema), receiver);

    /// <summary>Reads one record and delivers its batch.</summary>
    /// <exception cref="StateException">The record is damaged, or was written by another version of the graph or engine.</exception>
    internal void Deliver(ReadOnlySpan<byte> record)
    {
        var reading = new BinaryReading(record, $"a record in {source}");
        var version = reading.Byte();
        if (version != ExchangeWriter.Version)
        {
            throw new StateException($"a record in {source} has version {version}; this program reads version {ExchangeWriter.Version}: run the program that wrote it until its topic is read to the end");
        }

        var id = reading.String();
        if (!_receivers.TryGetValue(id, out var receiver))
        {
            if (discard.Contains(id))
            {
                return;
            }

            throw new StateException($"a record in {source} is for operator '{id}', which this graph does not have: give it back, or name it in runtime.discard_state");
        }

        if (reading.Int64() != receiver.SchemaHash)
        {
            throw new StateException($"a record in {source} for operator '{id}' has other columns than this version of the operator: run the program that wrote it until its topic is read to the end");
        }

        Fill(receiver.Batch, id, ref reading);
        receiver.Receiver(receiver.Batch);
    }

    private static void Fill(RecordBatch batch, string id, ref BinaryReading reading)
    {
        batch.Clear();
        batch.Origin.Source = id;
        batch.Origin.Partition = (int)reading.Varint();
        batch.SourcePartitionCount = (int)reading.Varint();
        batch.SourceIdle = (reading.Byte() & 1) != 0;
        batch.Watermark = reading.Int64();
        var rows = reading.Count(batch.Schema.Columns.Length);
        for (var row = 0; row < rows; row++)
        {
            batch.AppendRecord(row);
        }

        for (var c = 0; c < batch.Schema.Columns.Length; c++)
        {
            if (batch[c] is DictionaryColumn { Dictionary.Count: >= MostTexts } full)
            {
                full.Dictionary = new Utf8Dictionary();
            }

            for (var row = 0; row < rows; row++)
            {
                ReadValue(batch[c], row, ref reading);
            }
        }

        if (!reading.AtEnd)
        {
            throw reading.Damaged($"{reading.Remaining} bytes are left over");
        }
    }

    private static void ReadValue(Column column, int row, ref BinaryReading reading)
    {
        switch (column)
        {
            case Int64Column c:
                c[row] = reading.Zigzag();
                break;
            case Int32Column c:
                c[row] = (int)reading.Zigzag();
                break;
            case Float32Column c:
                c[row] = BinaryPrimitives.ReadSingleLittleEndian(reading.Bytes(4));
                break;
            case Float64Column c:
                c[row] = BinaryPrimitives.ReadDoubleLittleEndian(reading.Bytes(8));
                break;
            case DictionaryColumn c:
                c[row] = ReadText(ref reading, out var code) ? c.Dictionary.GetOrAdd(code) : -1;
                break;
            case Utf8Column c when ReadText(ref reading, out var text):
                c.Set(row, text);
                break;
            case Utf8Column c:
                c.SetAbsent(row);
                break;
            default:
                throw new InvalidOperationException($"column {column.Name} cannot be exchanged");
        }
    }

    private static bool ReadText(ref BinaryReading reading, out ReadOnlySpan<byte> text)
    {
        var length = reading.Varint();
        if (length == 0)
        {
            text = default;
            return false;
        }

        text = length - 1 <= (ulong)reading.Remaining ? reading.Bytes((int)(length - 1)) : throw reading.Damaged("a text is longer than the record");
        return true;
    }
}
