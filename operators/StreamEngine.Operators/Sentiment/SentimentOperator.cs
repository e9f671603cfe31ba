using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>Scores the posts of one partition. The codes of the column <c>sentiment</c> are those of <see cref="SentimentLabel"/>.</summary>
internal sealed class SentimentOperator : RowOperator
{
    private readonly PostScorer _scorer;
    private readonly Utf8Dictionary _labels = new();
    private readonly int _text, _score, _sentiment;
    private float[] _negative = [], _neutral = [], _positive = [];

    internal SentimentOperator(OperatorContext context, PostScorer scorer)
        : base(context)
    {
        _scorer = scorer;
        foreach (var label in Enum.GetValues<SentimentLabel>().Order())
        {
            _labels.GetOrAdd(label.ToString().ToLowerInvariant());
        }

        (_text, _score, _sentiment) = (context.Column("text"), context.Column("score"), context.Column("sentiment"));
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        var texts = batch.Utf8(_text);
        var scores = batch.Float32(_score);
        var sentiments = batch.Dictionary(_sentiment);
        sentiments.Dictionary = _labels;
        var rows = to - from;
        if (_negative.Length < rows)
        {
            (_negative, _neutral, _positive) = (new float[rows * 2], new float[rows * 2], new float[rows * 2]);
        }

        _scorer.Score(texts.Arena.Buffer, texts.Offsets.AsSpan(from, rows), texts.Lengths.AsSpan(from, rows), _negative, _neutral, _positive);
        for (var i = 0; i < rows; i++)
        {
            var score = new SentimentScore(_negative[i], _neutral[i], _positive[i]);
            scores[from + i] = score.Value;
            sentiments[from + i] = (int)score.Label;
        }
    }
}
