using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Operators;

/// <summary>
/// One instance of an operator, for one partition. It is an Rx operator on batches: <c>OnNext</c> returns only when it and everything after
/// it are done with the batch, on the caller's thread. So the moment between two batches is a consistent cut through the graph.
/// </summary>
public interface IOperator : IDisposable
{
    /// <summary>Connects the operator behind <paramref name="source"/>.</summary>
    IObservable<RecordBatch> Connect(IObservable<RecordBatch> source);
}
