using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Finds the brands in the posts of one partition.</summary>
internal sealed class MatchOperator : RowOperator
{
    private readonly BrandMatcher _matcher;
    private readonly Utf8Dictionary _names = new();
    private readonly int _text, _brand, _start, _length;

    internal MatchOperator(OperatorContext context)
        : base(context)
    {
        var brands = BrandSet.Load(context.Options.Get(MatchDefinition.Brands));
        _matcher = new BrandMatcher(brands);
        foreach (var name in brands.Names)
        {
            _names.GetOrAdd(name);
        }

        (_text, _brand) = (context.Column("text"), context.Column("brand"));
        (_start, _length) = (context.Column("mention_start"), context.Column("mention_length"));
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        batch.Dictionary(_brand).Dictionary = _names;
        var texts = batch.Utf8(_text);
        for (var row = from; row < to; row++)
        {
            var mentions = _matcher.Find(texts[row]);
            if (mentions.IsEmpty)
            {
                batch.Drop(row, RecordFate.Unmatched);
                continue;
            }

            Set(batch, row, mentions[0]);
            for (var i = 1; i < mentions.Length; i++)
            {
                Set(batch, batch.AppendCopy(row), mentions[i]);
            }
        }
    }

    private void Set(RecordBatch batch, int row, Mention mention)
    {
        batch.Dictionary(_brand)[row] = mention.Brand;
        batch.Int32(_start)[row] = mention.Start;
        batch.Int32(_length)[row] = mention.Length;
    }
}
