using StreamEngine.Core.Batches;
using StreamEngine.Core.Sources;

namespace StreamEngine.Connectors.Files;

/// <summary>Fills batches with the lines of a stream.</summary>
/// <param name="name">The file's name.</param>
/// <param name="stream">Its bytes, plain or gzip.</param>
/// <param name="goesOn">Whether a later run goes on behind this one: half a JSON object as the last line is then left to that.</param>
internal sealed class LineSource(string name, Stream stream, bool goesOn) : IBoundedSource
{
    private const int MostBytes = 8 << 20;
    private const int BeginningBytes = 64 << 10;

    private readonly LineReader _lines = new(stream);

    public string Name => name;

    public string? Unfinished { get; private set; }

    /// <summary>The unpacked text up to a limit, without half a line that is not read yet: who writes the file may take that back.</summary>
    public ReadOnlyMemory<byte> Beginning
    {
        get
        {
            var bytes = Peek();
            var rest = bytes[(bytes.Span.LastIndexOf((byte)'\n') + 1)..];
            return bytes.Length < BeginningBytes && LineShapes.Of(rest.Span) == LineShape.Beginning ? bytes[..^rest.Length] : bytes;
        }
    }

    public bool Fill(RecordBatch batch, ref long nextOffset)
    {
        while (batch.RowCount < RecordBatch.DefaultCapacity && batch.Arena.Length < MostBytes && TryRead(out var line))
        {
            if (line.IsEmpty || _lines.LineNumber < nextOffset)
            {
                continue;
            }

            if (goesOn && !_lines.LineHasEnd && LineShapes.Of(line) == LineShape.Beginning)
            {
                Unfinished = $"line {_lines.LineNumber} is not written to its end yet and is left to the next run";
                break;
            }

            var row = batch.AppendRecord(_lines.LineNumber);
            batch.Utf8(SourceDefinition.ValueColumn).Set(row, line);
            batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
            batch.Int64(SourceDefinition.TimestampColumn)[row] = long.MinValue;
        }

        if (batch.RowCount == 0 && _lines.LineNumber + 1 < nextOffset)
        {
            throw new IOException($"source 'file': {name} has {_lines.LineNumber} lines, and the state goes on at line {nextOffset}: it was cut, or is another file. To read it from its start run the graph under another name or with another folder in runtime.state");
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
            throw Unreadable(error);
        }
    }

    private ReadOnlyMemory<byte> Peek()
    {
        try
        {
            return _lines.Peek(BeginningBytes);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw Unreadable(error);
        }
    }

    private IOException Unreadable(Exception error) => new($"source 'file': {name} cannot be read beyond line {_lines.LineNumber}: {error.Message}", error);

    public void Dispose() => _lines.Dispose();
}
