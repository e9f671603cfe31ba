using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.State;

namespace StreamEngine.Core.Runtime;

/// <summary>Reads the records that <see cref="ExchangeWriter"/> makes, into one batch per operator.</summary>
/// <param name="source">The topic and partition, for messages.</param>
/// <param name="discard">Operators that the graph no longer has and whose records are passed over.</param>
/// <param name="hearSource">Told of each record's source partition, watermark and whether that is idle.</param>
internal sealed class ExchangeReader(string source, ImmutableArray<string> discard, Action<int, long, bool>? hearSource = null)
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
        RecordBatch batch;
        Action<RecordBatch> receiver;
        try
        {
            if (!Read(record, out batch, out receiver))
            {
                return;
            }
        }
        catch (FormatException error)
        {
            throw new StateException($"a record in {source} is damaged: {error.Message}", error);
        }

        hearSource?.Invoke(batch.Origin.Partition, batch.Watermark, batch.SourceIdle);
        receiver(batch);
    }

    /// <summary>Reads one record into the batch of its operator; false where that is discarded.</summary>
    private bool Read(ReadOnlySpan<byte> record, out RecordBatch batch, out Action<RecordBatch> receiver)
    {
        var reader = new StateReader(record);
        var version = reader.ReadByte();
        if (version != ExchangeWriter.Version)
        {
            throw new StateException($"a record in {source} has version {version}; this program reads version {ExchangeWriter.Version}: run the program that wrote it until its topic is read to the end");
        }

        var id = reader.ReadString();
        if (!_receivers.TryGetValue(id, out var registered))
        {
            if (discard.Contains(id))
            {
                (batch, receiver) = (null!, null!);
                return false;
            }

            throw new StateException($"a record in {source} is for operator '{id}', which this graph does not have: give it back, or name it in runtime.discard_state");
        }

        if (reader.ReadInt64() != registered.SchemaHash)
        {
            throw new StateException($"a record in {source} for operator '{id}' has other columns than this version of the operator: run the program that wrote it until its topic is read to the end");
        }

        (batch, receiver) = (registered.Batch, registered.Receiver);
        Fill(batch, id, ref reader);
        return true;
    }

    private static void Fill(RecordBatch batch, string id, ref StateReader reader)
    {
        batch.Clear();
        batch.Origin.Source = id;
        batch.Origin.Partition = (int)reader.ReadCount(int.MaxValue);
        batch.SourcePartitionCount = (int)reader.ReadCount(int.MaxValue);
        batch.SourceIdle = (reader.ReadByte() & 1) != 0;
        batch.Watermark = reader.ReadInt64();
        var rows = reader.ReadEntries(Math.Max(1, batch.Schema.Columns.Length));
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
                ReadValue(batch[c], row, ref reader);
            }
        }

        reader.End();
    }

    private static void ReadValue(Column column, int row, ref StateReader reader)
    {
        switch (column)
        {
            case Int64Column c:
                c[row] = reader.ReadSigned();
                break;
            case Int32Column c:
                c[row] = reader.ReadSigned() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw new FormatException($"column {column.Name} has a number that is too large for it");
                break;
            case Float32Column c:
                c[row] = reader.ReadSingle();
                break;
            case Float64Column c:
                c[row] = reader.ReadDouble();
                break;
            case DictionaryColumn c:
                c[row] = ReadText(ref reader, out var code) ? c.Dictionary.GetOrAdd(code) : -1;
                break;
            case Utf8Column c when ReadText(ref reader, out var text):
                c.Set(row, text);
                break;
            case Utf8Column c:
                c.SetAbsent(row);
                break;
            default:
                throw new InvalidOperationException($"column {column.Name} cannot be exchanged");
        }
    }

    private static bool ReadText(ref StateReader reader, out ReadOnlySpan<byte> text)
    {
        var length = reader.ReadCount(int.MaxValue);
        if (length == 0)
        {
            text = default;
            return false;
        }

        text = reader.ReadRaw((int)length - 1);
        return true;
    }
}
