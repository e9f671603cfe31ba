using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse.Records;

/// <summary>Turns records of one stream into rows of its table.</summary>
internal abstract class RecordReader
{
    /// <summary>Reads a record into <paramref name="row"/>, which is cleared.</summary>
    /// <returns>False where the record stands for no row.</returns>
    /// <exception cref="FormatException">The record is not what the stream should hold.</exception>
    public abstract bool Read(in SinkRecord record, RowValues row);
}
