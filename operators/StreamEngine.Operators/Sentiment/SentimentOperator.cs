using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Text;
using StreamEngine.Text.Mentions;
using PlaceInPost = StreamEngine.Text.Mentions.Mention;

namespace StreamEngine.Operators;

/// <summary>Scores the posts of one partition. The codes of the column <c>sentiment</c> are those of <see cref="SentimentLabel"/>.</summary>
internal sealed class SentimentOperator : RowOperator
{
    private readonly PostScorer _scorer;
    private readonly bool _readsMentions;
    private readonly SharedPosts _shared = new();
    private readonly Utf8Dictionary _labels = new();
    private readonly int _text, _score, _sentiment, _mentionStart, _mentionLength;
    private float[] _negative = [], _neutral = [], _positive = [];
    private PlaceInPost[] _mentions = new PlaceInPost[8];
    private SentimentScore[] _mentionScores = new SentimentScore[8];

    internal SentimentOperator(OperatorContext context, PostScorer scorer, bool readsMentions)
        : base(context)
    {
        (_scorer, _readsMentions) = (scorer, readsMentions);
        foreach (var name in SentimentLabels.Names)
        {
            _labels.GetOrAdd(name);
        }

        (_text, _score, _sentiment) = (context.Column("text"), context.Column("score"), context.Column("sentiment"));
        if (readsMentions)
        {
            (_mentionStart, _mentionLength) = (context.Column(SentimentDefinition.MentionStart.Name), context.Column(SentimentDefinition.MentionLength.Name));
        }
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        var texts = batch.Utf8(_text);
        batch.Dictionary(_sentiment).Dictionary = _labels;
        var rows = to - from;
        if (_negative.Length < rows)
        {
            (_negative, _neutral, _positive) = (new float[rows * 2], new float[rows * 2], new float[rows * 2]);
        }

        _scorer.Score(texts.Arena.Buffer, texts.Offsets.AsSpan(from, rows), texts.Lengths.AsSpan(from, rows), _negative, _neutral, _positive);
        for (var i = 0; i < rows; i++)
        {
            Set(batch, from + i, new SentimentScore(_negative[i], _neutral[i], _positive[i]));
        }

        if (_readsMentions && _scorer.Mentions is { } mentions)
        {
            ScoreMentions(mentions, batch, from, to);
        }
    }

    /// <summary>Gives the rows of a range whose post has several what is said of each one's brand. The others of a post may lie outside the range.</summary>
    private void ScoreMentions(MentionScorer scorer, RecordBatch batch, int from, int to)
    {
        _shared.Find(batch);
        var (starts, lengths) = (batch.Int32(_mentionStart), batch.Int32(_mentionLength));
        foreach (var first in _shared.Firsts)
        {
            var count = 0;
            for (var row = first; row >= 0; row = _shared.Next(row))
            {
                if (count == _mentions.Length)
                {
                    Array.Resize(ref _mentions, count * 2);
                    Array.Resize(ref _mentionScores, count * 2);
                }

                _mentions[count++] = new(starts[row], lengths[row]);
            }

            scorer.Score(batch.Utf8(_text)[first], _mentions.AsSpan(0, count), _mentionScores);
            var at = 0;
            for (var row = first; row >= 0; row = _shared.Next(row), at++)
            {
                if (row >= from && row < to)
                {
                    Set(batch, row, _mentionScores[at]);
                }
            }
        }
    }

    private void Set(RecordBatch batch, int row, in SentimentScore score)
    {
        batch.Float32(_score)[row] = score.Value;
        batch.Dictionary(_sentiment)[row] = (int)score.Label;
    }
}
