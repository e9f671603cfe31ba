using System.Collections.Immutable;
using StreamEngine.Core.Batches;

namespace StreamEngine.Core.Operators;

/// <summary>
/// An operator written as a System.Reactive query over batches. The query must hand each batch on during the call that brings it:
/// operators with queues, timers or other threads are noticed at run time and stop the graph with an error that names this operator.
/// </summary>
/// <param name="name">The operator's name.</param>
/// <param name="query">The query.</param>
/// <param name="reads">Columns it needs.</param>
/// <param name="adds">Columns it fills.</param>
public sealed class RxDefinition(
    string name,
    Func<IObservable<RecordBatch>, OperatorContext, IObservable<RecordBatch>> query,
    ImmutableArray<ColumnDeclaration> reads = default,
    ImmutableArray<ColumnDeclaration> adds = default) : OperatorDefinition
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => "A query of one's own.";

    /// <inheritdoc/>
    public override string Description => Summary;

    /// <inheritdoc/>
    public override string Example => "";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [];

    /// <inheritdoc/>
    public override OperatorColumns Columns(OptionSet options, BatchSchema input) =>
        new(reads.IsDefault ? [] : reads, adds.IsDefault ? [] : adds);

    /// <inheritdoc/>
    public override IOperator Create(OperatorContext context) => new Query(query, context);

    private sealed class Query(Func<IObservable<RecordBatch>, OperatorContext, IObservable<RecordBatch>> query, OperatorContext context) : IOperator
    {
        public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => query(source, context);

        public void Dispose()
        {
        }
    }
}
