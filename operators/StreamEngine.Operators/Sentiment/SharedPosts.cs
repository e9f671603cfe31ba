using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>Finds the rows of a batch that share a post: a post gives one row per brand it mentions, and the further ones stand at the batch's end.</summary>
internal sealed class SharedPosts
{
    private int[] _next = [];
    private int[] _last = [];

    /// <summary>The first rows of posts that have several, in the order of the batch's rows. Valid until the next call of <see cref="Find"/>.</summary>
    public List<int> Firsts { get; } = [];

    /// <summary>Looks through a batch.</summary>
    public void Find(RecordBatch batch)
    {
        Firsts.Clear();
        var records = batch.Records;
        if (IsRising(records))
        {
            return;
        }

        if (_next.Length < records.Length || _last.Length < batch.Origin.Count)
        {
            _next = new int[records.Length * 2];
            _last = new int[Math.Max(records.Length, batch.Origin.Count) * 2];
        }

        Array.Fill(_last, -1, 0, batch.Origin.Count);
        for (var row = 0; row < records.Length; row++)
        {
            _next[row] = -1;
            ref var last = ref _last[records[row]];
            if (last >= 0)
            {
                _next[last] = row;
            }

            last = row;
        }

        FindFirsts(records);
    }

    /// <summary>The next row of the same post, or -1.</summary>
    public int Next(int row) => _next[row];

    private void FindFirsts(ReadOnlySpan<int> records)
    {
        for (var row = 0; row < records.Length; row++)
        {
            // The last row of a post is named in 'last'; a post of one row is its own last one.
            ref var last = ref _last[records[row]];
            if (last >= 0)
            {
                if (last != row)
                {
                    Firsts.Add(row);
                }

                last = -1;
            }
        }
    }

    private static bool IsRising(ReadOnlySpan<int> records)
    {
        for (var row = 1; row < records.Length; row++)
        {
            if (records[row] <= records[row - 1])
            {
                return false;
            }
        }

        return true;
    }
}
