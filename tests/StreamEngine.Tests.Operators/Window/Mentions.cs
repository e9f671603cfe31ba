using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Window;

/// <summary>A record of the source as window sees it: its event time and the mentions left of it.</summary>
internal sealed record Post(long Offset, long Time, params Mention[] Mentions)
{
    public string Id { get; init; } = $"post-{Offset}";
}

/// <summary>One row: a brand mentioned in a post.</summary>
internal sealed record Mention(string Brand, string Channel, string Language, string Author, string Text, int Sentiment, float Score, long Reach);

/// <summary>Batches of mentions.</summary>
internal static class Mentions
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly BatchSchema Schema = new(
        new ColumnDeclaration("id", ColumnType.Utf8),
        new ColumnDeclaration("time", ColumnType.Int64),
        new ColumnDeclaration("author", ColumnType.Utf8),
        new ColumnDeclaration("channel", ColumnType.Dictionary),
        new ColumnDeclaration("language", ColumnType.Dictionary),
        new ColumnDeclaration("text", ColumnType.Utf8),
        new ColumnDeclaration("reach", ColumnType.Int64),
        new ColumnDeclaration("brand", ColumnType.Dictionary),
        new ColumnDeclaration("sentiment", ColumnType.Int32),
        new ColumnDeclaration("score", ColumnType.Float32));

    /// <summary>An empty batch for few rows.</summary>
    public static RecordBatch Small(OperatorHarness harness)
    {
        var batch = new RecordBatch(harness.InputSchema, 64);
        (batch.Origin.Source, batch.Origin.Partition) = ("posts", harness.Partition);
        return batch;
    }

    /// <summary>Fills a batch as the operators before window would: the first mention in the record's place, further ones at the end.</summary>
    public static RecordBatch Batch(OperatorHarness harness, IReadOnlyList<Post> posts)
    {
        var batch = Small(harness);
        foreach (var post in posts)
        {
            var row = batch.AppendRecord(post.Offset);
            batch.Origin.EventTimes[^1] = post.Time;
            if (post.Mentions.Length == 0)
            {
                batch.Drop(row, RecordFate.Unmatched);
            }
            else
            {
                Set(batch, row, post, post.Mentions[0]);
            }
        }

        for (var i = 0; i < posts.Count; i++)
        {
            foreach (var mention in posts[i].Mentions.Skip(1))
            {
                Set(batch, batch.AppendRow(i), posts[i], mention);
            }
        }

        batch.RemoveDropped();
        return batch;
    }

    private static void Set(RecordBatch batch, int row, Post post, Mention mention)
    {
        batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(post.Id));
        batch.Int64(1)[row] = post.Time;
        batch.Utf8(2).Set(row, Encoding.UTF8.GetBytes(mention.Author));
        batch.Dictionary(3)[row] = batch.Dictionary(3).Dictionary.GetOrAdd(mention.Channel);
        batch.Dictionary(4)[row] = batch.Dictionary(4).Dictionary.GetOrAdd(mention.Language);
        batch.Utf8(5).Set(row, Encoding.UTF8.GetBytes(mention.Text));
        batch.Int64(6)[row] = mention.Reach;
        batch.Dictionary(7)[row] = batch.Dictionary(7).Dictionary.GetOrAdd(mention.Brand);
        batch.Int32(8)[row] = mention.Sentiment;
        batch.Float32(9)[row] = mention.Score;
    }
}

/// <summary>A copy of a batch on its way from the first phase to the second.</summary>
internal sealed class Exchanged
{
    private readonly List<(long Start, string? Brand, string? Channel, string? Language, long Version, byte[] Slot)> _rows = [];
    private readonly int _partition;
    private readonly int _partitions;
    private readonly long _watermark;
    private readonly bool _idle;

    public Exchanged(RecordBatch batch)
    {
        (_partition, _partitions, _watermark, _idle) = (batch.Origin.Partition, batch.SourcePartitionCount, batch.Watermark, batch.SourceIdle);
        for (var row = 0; row < batch.RowCount; row++)
        {
            _rows.Add((batch.Int64(0)[row], Text(batch, 1, row), Text(batch, 2, row), Text(batch, 3, row), batch.Int64(4)[row], batch.Utf8(5)[row].ToArray()));
        }
    }

    public int Partition => _partition;

    public int RowCount => _rows.Count;

    public long Watermark => _watermark;

    public bool Idle => _idle;

    /// <summary>The encoded slots.</summary>
    public IEnumerable<byte[]> Slots => _rows.Select(row => row.Slot);

    /// <summary>All of it, to be compared.</summary>
    public string Text() => $"{_partition}/{_partitions} {_watermark} {_idle} {string.Join(' ', _rows.Select(row => $"{row.Start} {row.Brand} {row.Channel} {row.Language} {row.Version} {Convert.ToHexString(row.Slot)}"))}";

    public RecordBatch ToBatch(OperatorHarness merge)
    {
        var batch = Mentions.Small(merge);
        (batch.Origin.Source, batch.Origin.Partition) = ("window", _partition);
        (batch.SourcePartitionCount, batch.Watermark, batch.SourceIdle) = (_partitions, _watermark, _idle);
        foreach (var (start, brand, channel, language, version, slot) in _rows)
        {
            var row = batch.AppendRecord(batch.RowCount);
            batch.Int64(0)[row] = start;
            Set(batch.Dictionary(1), row, brand);
            Set(batch.Dictionary(2), row, channel);
            Set(batch.Dictionary(3), row, language);
            batch.Int64(4)[row] = version;
            batch.Utf8(5).Set(row, slot);
        }

        return batch;
    }

    private static void Set(DictionaryColumn column, int row, string? text) => column[row] = text is null ? -1 : column.Dictionary.GetOrAdd(text);

    /// <summary>A text of the batch; absent is another thing than empty.</summary>
    private static string? Text(RecordBatch batch, int column, int row) =>
        batch.Dictionary(column)[row] < 0 ? null : Encoding.UTF8.GetString(batch.Dictionary(column).Text(row));
}

/// <summary>A row that the second phase emitted.</summary>
internal sealed record WindowRow(
    long Start, long End, string Brand, string Channel, string Language, long Posts, long Negative, long Neutral, long Positive, double MeanScore,
    long Reach, long Authors, long Late, long First, long Last, bool IsFinal, long Version, long Scored, long ScoreSum, string Samples, string Sources)
{
    public (long, string, string, string) Key => (Start, Brand, Channel, Language);

    public static IEnumerable<WindowRow> From(RecordBatch batch) => Enumerable.Range(0, batch.RowCount).Select(row => From(batch, row)).ToList();

    private static WindowRow From(RecordBatch b, int row)
    {
        long Number(string name) => b.Int64(b.Schema.IndexOf(name))[row];
        string Text(string name) => Encoding.UTF8.GetString(b.Dictionary(b.Schema.IndexOf(name)).Text(row));
        return new WindowRow(
            Number("window_start"), Number("window_end"), Text("brand"), Text("channel"), Text("language"),
            Number("posts"), Number("negative"), Number("neutral"), Number("positive"), b.Float64(b.Schema.IndexOf("mean_score"))[row],
            Number("reach"), Number("authors"), Number("late"), Number("first_event"), Number("last_event"),
            b.Int32(b.Schema.IndexOf("is_final"))[row] == 1, Number("version"), Number("scored"), Number("score_sum"),
            ReadSamples(b.Utf8(b.Schema.IndexOf("evidence"))[row], out var sources), sources);
    }

    private static string ReadSamples(ReadOnlySpan<byte> evidence, out string sources)
    {
        var reader = new EvidenceReader(evidence);
        var (ends, posts) = (new List<string>(), new List<string>());
        while (reader.NextSource(out var partition, out var end))
        {
            ends.Add($"{partition}@{end}");
        }

        while (reader.NextPost(out var post))
        {
            Assert.NotEqual(0UL, post.Signature);
            posts.Add($"{post.Score} {post.Time} {Encoding.UTF8.GetString(post.Id)} {Encoding.UTF8.GetString(post.Text)}");
        }

        sources = string.Join('|', ends);
        return string.Join('|', posts);
    }
}
