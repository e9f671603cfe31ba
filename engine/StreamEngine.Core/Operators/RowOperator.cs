using System.Reactive.Linq;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Operators;

/// <summary>
/// The base of operators that fill columns row by row and may drop or multiply rows, without state. When one row makes it throw, that row
/// becomes a dead letter and the rest of its batch goes on.
/// </summary>
public abstract class RowOperator(OperatorContext context) : IOperator
{
    /// <summary>What the operator was made with.</summary>
    protected OperatorContext Context { get; } = context;

    /// <summary>
    /// Works on rows <paramref name="from"/> to <paramref name="to"/> - 1. May set values of its own columns, call
    /// <see cref="RecordBatch.Drop"/>, <see cref="OperatorContext.DeadLetter"/> and <see cref="RecordBatch.AppendCopy"/>; must not change
    /// columns it reads, since it is called again on parts of the range when a row makes it throw.
    /// </summary>
    protected abstract void Process(RecordBatch batch, int from, int to);

    /// <summary>Works on a whole batch in place.</summary>
    public void Process(RecordBatch batch)
    {
        var rows = batch.RowCount;
        if (rows > 0)
        {
            try
            {
                Process(batch, 0, rows);
            }
            catch (Exception error) when (error is not OutOfMemoryException and not BatchTooLargeException)
            {
                batch.Truncate(rows);
                Isolate(batch, 0, rows);
            }

            batch.RemoveDropped();
        }
    }

    /// <inheritdoc/>
    public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => source.Do(Process);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the operator holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Runs a range row by row, so that only the row at fault is lost. Rows that others have appended behind the range stay.</summary>
    private void Isolate(RecordBatch batch, int from, int to)
    {
        for (var row = from; row < to; row++)
        {
            var rows = batch.RowCount;
            try
            {
                Process(batch, row, row + 1);
            }
            catch (Exception error) when (error is not OutOfMemoryException and not BatchTooLargeException)
            {
                Context.Logger.LogWarning("Operator {Operator} failed on {Source}[{Partition}]@{Offset}: {Error}; the record goes to dead letters", Context.OperatorId, batch.Origin.Source, batch.Origin.Partition, batch.Origin.Offsets[batch.Records[row]], error.Message);
                batch.TakeBack(rows);
                Context.DeadLetter(batch, row, $"{error.GetType().Name}: {error.Message}");
            }
        }
    }
}
