using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;
using StreamEngine.Core.Operators;
using StreamEngine.Core.State;

namespace StreamEngine.Bench.Operators;

/// <summary>Times one row operator by itself: batches are filled anew outside the time taken.</summary>
internal sealed class RowOperatorClock : ITaskServices
{
    /// <summary>Rows of a batch.</summary>
    public const int Rows = 2_000;

    private readonly RowOperator _operator;
    private readonly RecordBatch _batch;
    private int _deadLetters;

    /// <summary>Makes the operator.</summary>
    public RowOperatorClock(OperatorDefinition definition, BatchSchema input, IReadOnlyDictionary<string, object?>? options = null)
    {
        var problems = new List<GraphProblem>();
        var bound = OptionSet.Bind(definition.Name, definition.Options, options is null ? null : ConfigNode.From(options), SourcePosition.Code, problems);
        if (problems.Count > 0)
        {
            throw new GraphException(problems);
        }

        var schema = input.With(definition.Columns(bound, input).Adds);
        _batch = new RecordBatch(schema);
        _operator = (RowOperator)definition.Create(new OperatorContext
        {
            Graph = "bench",
            OperatorId = definition.Name,
            Options = bound,
            Schema = schema,
            OutputSchema = schema,
            Partition = 0,
            PartitionCount = 1,
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Task = this,
        });
    }

    TimeSpan ITaskServices.Silence => TimeSpan.Zero;

    /// <summary>Nanoseconds and allocated bytes per row over batches that take turns: the sum of each batch's best of <paramref name="runs"/>.</summary>
    /// <param name="values">The values of column 0.</param>
    /// <param name="runs">How often each batch is timed, after two runs to warm up.</param>
    public (double Nanoseconds, double Bytes, double RowsOut) Measure(IReadOnlyList<byte[]> values, int runs)
    {
        var best = new double[values.Count / Rows];
        Array.Fill(best, double.MaxValue);
        long allocated = 0;
        double rowsOut = 0;
        for (var run = -2; run < runs; run++)
        {
            for (var i = 0; i < best.Length; i++)
            {
                Fill(values, i * Rows);
                var before = GC.GetAllocatedBytesForCurrentThread();
                var started = Stopwatch.GetTimestamp();
                _operator.Process(_batch);
                var taken = Stopwatch.GetElapsedTime(started).TotalNanoseconds;
                if (run >= 0)
                {
                    allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                    best[i] = Math.Min(best[i], taken);
                    rowsOut += _batch.RowCount;
                }
            }
        }

        if (_deadLetters > 0)
        {
            throw new InvalidOperationException($"{_deadLetters} rows of the benchmark became dead letters");
        }

        double rows = best.Length * Rows;
        return (best.Sum() / rows, allocated / rows / runs, rowsOut / rows / runs);
    }

    void ITaskServices.Keep(IStateTable table)
    {
    }

    void ITaskServices.OnCut(Action action)
    {
    }

    void ITaskServices.DeadLetter(RecordBatch batch, int record, string operatorId, ReadOnlySpan<byte> error) => _deadLetters++;

    void ITaskServices.Late(RecordBatch batch, int record, string operatorId, long eventTime, long watermark)
    {
    }

    private void Fill(IReadOnlyList<byte[]> values, int from)
    {
        _batch.Clear();
        for (var i = from; i < from + Rows; i++)
        {
            _batch.Utf8(0).Set(_batch.AppendRecord(i), values[i]);
        }
    }
}
