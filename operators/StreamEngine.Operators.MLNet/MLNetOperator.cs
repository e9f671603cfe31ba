using Microsoft.ML.Data;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Text;
using StreamEngine.Text.MLNet;

namespace StreamEngine.Operators.MLNet;

/// <summary>Scores the posts of one partition through ML.NET, a range of a batch at a time.</summary>
internal sealed class MLNetOperator : RowOperator
{
    private readonly MLNetPipeline _pipeline;
    private readonly int[] _bound;
    private readonly Utf8Dictionary _labels = new();
    private readonly int _score, _sentiment;
    private RecordBatch? _batch;
    private BatchView? _view;

    public MLNetOperator(OperatorContext context, MLNetPipeline pipeline)
        : base(context)
    {
        _pipeline = pipeline;
        _bound = pipeline.Bind(context.Schema, context.Options.Get(MLNetDefinition.Inputs));
        foreach (var name in SentimentLabels.Names)
        {
            _labels.GetOrAdd(name);
        }

        (_score, _sentiment) = (context.Column("score"), context.Column("sentiment"));
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        if (!ReferenceEquals(batch, _batch))
        {
            (_batch, _view) = (batch, new BatchView(_pipeline.Input, _bound, batch));
        }

        batch.Dictionary(_sentiment).Dictionary = _labels;
        _view!.Show(from, to - from);
        var output = _pipeline.Transformer.Transform(_view);
        using var cursor = output.GetRowCursor(_pipeline.Probability is { } column ? [_pipeline.Score, column] : [_pipeline.Score]);
        var classes = ClassesOf(cursor);
        for (var row = from; row < to; row++)
        {
            if (!cursor.MoveNext())
            {
                throw new InvalidOperationException($"the pipeline gave {row - from} rows for {to - from}: one that drops rows cannot be used here");
            }

            var score = classes();
            batch.Float32(_score)[row] = score.Value;
            batch.Dictionary(_sentiment)[row] = (int)score.Label;
        }
    }

    /// <summary>Reads the classes' probabilities off the cursor's row.</summary>
    private Func<SentimentScore> ClassesOf(Microsoft.ML.DataViewRowCursor cursor)
    {
        if (_pipeline.IsBinary)
        {
            var probability = _pipeline.Probability is { } column ? cursor.GetGetter<float>(column) : null;
            var score = cursor.GetGetter<float>(_pipeline.Score);
            return () =>
            {
                var value = 0f;
                (probability ?? score)(ref value);
                var positive = probability is null ? (float)(1 / (1 + Math.Exp(-value))) : value;
                return Sum([1 - positive, positive]);
            };
        }

        var scores = cursor.GetGetter<VBuffer<float>>(_pipeline.Score);
        var buffer = default(VBuffer<float>);
        var values = new float[_pipeline.Classes.Length];
        return () =>
        {
            scores(ref buffer);
            buffer.CopyTo(values);
            Normalize(values);
            return Sum(values);
        };
    }

    private static void Normalize(Span<float> scores)
    {
        var (least, greatest, sum) = (float.MaxValue, float.MinValue, 0f);
        foreach (var score in scores)
        {
            (least, greatest, sum) = (Math.Min(least, score), Math.Max(greatest, score), sum + score);
        }

        if (least < 0 || sum <= 0)
        {
            sum = 0;
            foreach (ref var score in scores)
            {
                score = MathF.Exp(score - greatest);
                sum += score;
            }
        }

        foreach (ref var score in scores)
        {
            score /= sum;
        }
    }

    private SentimentScore Sum(ReadOnlySpan<float> probabilities)
    {
        var (negative, neutral, positive) = (0f, 0f, 0f);
        for (var i = 0; i < probabilities.Length; i++)
        {
            switch (_pipeline.Classes[i])
            {
                case MLNetSentiment.Negative:
                    negative += probabilities[i];
                    break;
                case MLNetSentiment.Neutral:
                    neutral += probabilities[i];
                    break;
                case MLNetSentiment.Positive:
                    positive += probabilities[i];
                    break;
            }
        }

        return new SentimentScore(negative, neutral, positive);
    }
}
