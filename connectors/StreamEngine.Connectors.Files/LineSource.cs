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
        while (batch.RowCount < RecordBatch.DefaultCapacity && batch.Arena.Length < MostBytes && TryRead(out var line))
        {
            if (line.IsEmpty || _lines.LineNumber < nextOffset)
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

    private bool TryRead(out ReadOnlySpan<byte> line)
    {
        try
        {
            return _lines.TryRead(out line);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new IOException($"source 'file': {name} cannot be read beyond line {_lines.LineNumber}: {error.Message}", error);
        }
    }

    public void Dispose() => _lines.Dispose();
}
