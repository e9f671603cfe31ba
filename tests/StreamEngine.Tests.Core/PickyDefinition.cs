using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Tests.Core;

/// <summary><c>picky</c>: copies each row behind the others and then throws at those about Birch.</summary>
internal sealed class PickyDefinition : OperatorDefinition
{
    public override string Name => "picky";

    public override string Summary => "Throws at Birch.";

    public override string Description => Summary;

    public override string Example => "- picky: {}";

    public override ImmutableArray<Option> Options => [];

    public override OperatorColumns Columns(OptionSet options, BatchSchema input) => new([new("brand", ColumnType.Dictionary)], []);

    public override IOperator Create(OperatorContext context) => new Picky(context);

    private sealed class Picky(OperatorContext context) : RowOperator(context)
    {
        private readonly int _brand = context.Column("brand");

        protected override void Process(RecordBatch batch, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                if (batch.Dictionary(_brand).Text(row).SequenceEqual("Birch"u8))
                {
                    batch.AppendCopy(row);
                    throw new InvalidOperationException("no birches");
                }
            }
        }
    }
}
