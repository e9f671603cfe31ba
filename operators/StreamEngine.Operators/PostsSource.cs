using System.Collections.Immutable;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sources;

namespace StreamEngine.Operators;

/// <summary>A source that gives posts from memory, in the order given.</summary>
/// <param name="posts">The posts.</param>
/// <param name="perBatch">How many come at once, at most.</param>
internal sealed class PostsSource(IEnumerable<ReadOnlyMemory<byte>> posts, int perBatch = RecordBatch.DefaultCapacity) : BoundedSourceDefinition
{
    /// <inheritdoc/>
    public override string Name => "posts";

    /// <inheritdoc/>
    public override string Summary => "Posts in memory.";

    /// <inheritdoc/>
    public override string Description => Summary;

    /// <inheritdoc/>
    public override string Example => "posts: {}";

    /// <inheritdoc/>
    public override ImmutableArray<Option> Options => [];

    /// <inheritdoc/>
    public override IBoundedSource Open(OptionSet options) => new Reader(posts.GetEnumerator(), perBatch);

    private sealed class Reader(IEnumerator<ReadOnlyMemory<byte>> posts, int perBatch) : IBoundedSource
    {
        public string Name => "posts";

        public bool Fill(RecordBatch batch, ref long nextOffset)
        {
            while (batch.RowCount < perBatch && posts.MoveNext())
            {
                var row = batch.AppendRecord(nextOffset++);
                batch.Utf8(SourceDefinition.ValueColumn).Set(row, posts.Current.Span);
                batch.Utf8(SourceDefinition.KeyColumn).SetAbsent(row);
                batch.Int64(SourceDefinition.TimestampColumn)[row] = long.MinValue;
            }

            return batch.RowCount > 0;
        }

        public void Dispose() => posts.Dispose();
    }
}
