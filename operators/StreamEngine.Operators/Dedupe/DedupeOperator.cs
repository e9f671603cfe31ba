using System.Reactive.Linq;
using Microsoft.Extensions.Logging;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;

namespace StreamEngine.Operators;

/// <summary>Removes the posts of one partition that came before.</summary>
/// <remarks>
/// Records are judged one after another in the partition's order, whatever batches they come in and whatever order their rows have: behind
/// <c>match</c> a post's rows stand apart, and all of them share its lot.
/// </remarks>
internal sealed class DedupeOperator : IOperator
{
    /// <summary>Records whose names are looked up together.</summary>
    private const int Chunk = 32;

    /// <summary>In place of a record's row: it has none.</summary>
    private const int NoRow = -1;

    /// <summary>In place of a record's row: its rows are to be removed.</summary>
    private const int Duplicate = -2;

    private readonly OperatorContext _context;
    private readonly PostNames _names;
    private readonly SeenPosts _seen;
    private readonly SeenTables _tables;
    private readonly long _maxFuture;
    private readonly ulong[] _ahead = new ulong[Chunk];
    private int[] _rows = new int[RecordBatch.DefaultCapacity];
    private bool _hasWarned;

    internal DedupeOperator(OperatorContext context)
    {
        _context = context;
        _names = new PostNames(context, DedupeDefinition.ColumnsOf(context.Options, context.Schema));
        _seen = new SeenPosts(context.Options.Get(DedupeDefinition.Within), (int)context.Options.Get(DedupeDefinition.MaxPosts));
        _tables = new SeenTables(context, _seen);
        _maxFuture = (long)context.Options.Get(DedupeDefinition.MaxFuture).TotalMilliseconds;
        context.Task.Count("duplicate", () => _tables.Duplicates);
        context.Task.Count("without_id", () => _tables.Nameless);
        context.Task.Count("forgotten_early", () => _seen.ForgottenEarly);
        context.Task.OnCut(Warn);
    }

    /// <summary>Posts that are remembered.</summary>
    internal int SeenCount => _seen.Count;

    /// <inheritdoc/>
    public IObservable<RecordBatch> Connect(IObservable<RecordBatch> source) => source.Do(Process);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Process(RecordBatch batch)
    {
        FindRows(batch);
        _names.Open(batch);
        var latest = _context.Time.GetUtcNow().ToUnixTimeMilliseconds() + _maxFuture;
        var before = _tables.Duplicates;
        for (var from = 0; from < batch.Origin.Count; from += Chunk)
        {
            var to = Math.Min(from + Chunk, batch.Origin.Count);
            LookAhead(from, to);
            Judge(batch.Origin, from, to, latest);
        }

        if (_tables.Duplicates > before)
        {
            Remove(batch);
        }
    }

    /// <summary>Notes each record's first row.</summary>
    private void FindRows(RecordBatch batch)
    {
        var count = batch.Origin.Count;
        if (count > _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(count, _rows.Length * 2));
        }

        _rows.AsSpan(0, count).Fill(NoRow);
        var records = batch.Records;
        for (var row = records.Length - 1; row >= 0; row--)
        {
            _rows[records[row]] = row;
        }
    }

    /// <summary>Reads the names of the next records, and asks for the memory where they would be: so the waits for it overlap.</summary>
    private void LookAhead(int from, int to)
    {
        for (var record = from; record < to; record++)
        {
            if (_rows[record] is >= 0 and var row)
            {
                _ahead[record - from] = _names.Of(row);
                _seen.Expect(_ahead[record - from]);
            }
        }
    }

    /// <summary>Marks the records that came before.</summary>
    private void Judge(RecordOrigin origin, int from, int to, long latest)
    {
        var times = origin.EventTimes;
        for (var record = from; record < to; record++)
        {
            if (times[record] <= latest)
            {
                _seen.MoveTo(times[record]);
            }

            if (_rows[record] == NoRow)
            {
                continue;
            }

            var name = _ahead[record - from];
            if (name == 0)
            {
                _tables.Nameless++;
            }
            else if (!_seen.Add(name))
            {
                _rows[record] = Duplicate;
                _tables.Duplicates++;
            }
        }
    }

    private void Remove(RecordBatch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (_rows[batch.Records[row]] == Duplicate)
            {
                batch.Drop(row, RecordFate.Unmatched);
            }
        }

        batch.RemoveDropped();
    }

    private void Warn()
    {
        if (!_hasWarned && _seen.HasForgottenEarly)
        {
            _hasWarned = true;
            _context.Logger.LogWarning("Operator {Operator}, partition {Partition}: more than {Most} posts came within {Within}, so the oldest of them were forgotten, {Forgotten} up to now; their duplicates are counted (option 'max_posts')", _context.OperatorId, _context.Partition, _context.Options.Get(DedupeDefinition.MaxPosts), _context.Options.Get(DedupeDefinition.Within), _seen.ForgottenEarly);
        }
    }
}
