using StreamEngine.Core.Batches;
using StreamEngine.Core.Sources;

namespace StreamEngine.Connectors.Files;

/// <summary>Fills batches with the lines of a stream.</summary>
internal sealed class LineSource(string name, Stream stream) : IBoundedSource
{
    private const int MostBytes = 8 << 20;

    private readonly LineReader _lines = new(stream);

    public string Name => name;

    public bool Fill(RecordBatch batch, ref long nextOffset)
    {
        while (batch.RowCount < RecordBatch.DefaultCapacity && batch.Arena.Length < MostBytes && _lines.TryRead(out var line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            var row = batch.AppendRecord(_lines.LineNumber);
            batch.Utf8(SourceDefinition.ValueColumn).Set(row, line);
            batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
            batch.Int64(SourceDefinition.TimestampColumn)[row] = long.MinValue;
        }

        nextOffset = _lines.LineNumber + 1;
        return batch.RowCount > 0;
    }

    public void Dispose() => _lines.Dispose();
}
