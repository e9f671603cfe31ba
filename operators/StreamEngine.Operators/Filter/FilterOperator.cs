using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Filters the rows of one partition.</summary>
internal sealed class FilterOperator : RowOperator
{
    private readonly Condition _condition;
    private bool[] _keep = new bool[RecordBatch.DefaultCapacity];

    internal FilterOperator(OperatorContext context)
        : base(context)
    {
        var parser = new ConditionParser(context.Options.Get(FilterDefinition.Where), context.Schema);
        _condition = parser.TryParse(out var condition) ? condition : throw new InvalidOperationException(parser.Error);
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        if (_keep.Length < to - from)
        {
            Array.Resize(ref _keep, to - from);
        }

        var keep = _keep.AsSpan(0, to - from);
        _condition.Test(batch, from, keep);
        for (var i = 0; i < keep.Length; i++)
        {
            if (!keep[i])
            {
                batch.Drop(from + i, RecordFate.Unmatched);
            }
        }
    }
}
