using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Core.Batches;
using StreamEngine.Operators;

namespace StreamEngine.Tests.Operators.Dedupe;

/// <summary>A record: its post as decode gives it, in so many rows; with none it was dropped before.</summary>
internal sealed record Copy(long Offset, long Time, string? Channel, string? Id, int Rows = 1)
{
    /// <summary>What it is called where posts are named by channel and id; null where it has no id.</summary>
    public string? Name => Id is null or "" || Id == $"0-{Offset}" ? null : $"{Channel ?? "?"} {Id}";
}

/// <summary>Batches of posts for <c>dedupe</c>, and what became of them.</summary>
internal static class Copies
{
    public static readonly BatchSchema Schema = new(
        new("id", ColumnType.Utf8),
        new("time", ColumnType.Int64),
        new("channel", ColumnType.Dictionary),
        new("author", ColumnType.Utf8),
        new("score", ColumnType.Float32));

    /// <summary>The clock: 2026-03-01T12:00Z.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Utf8Dictionary _channels = new();

    public static OperatorHarness Harness(Dictionary<string, object?>? options = null, StoredState? state = null, ILogger? log = null) =>
        new(new DedupeDefinition(), options, new HarnessSetting { Input = Schema, Time = new ManualTime(Now), State = state, Logger = log ?? NullLogger.Instance });

    /// <summary>A batch of records. Second and further rows of a record lie behind all first ones, as match leaves them.</summary>
    public static RecordBatch Batch(OperatorHarness harness, IEnumerable<Copy> copies)
    {
        var batch = harness.NewBatch();
        batch.Dictionary(2).Dictionary = _channels;
        var rows = new List<(int Row, int Rows)>();
        foreach (var copy in copies)
        {
            var record = batch.Origin.Add(copy.Offset);
            batch.Origin.EventTimes[record] = copy.Time;
            if (copy.Rows == 0)
            {
                batch.Origin.Mark(record, RecordFate.Unmatched);
                continue;
            }

            var row = batch.AppendRow(record);
            rows.Add((row, copy.Rows));
            batch.Utf8(0).Set(row, 0, -1);
            if (copy.Id is not null)
            {
                batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes(copy.Id));
            }

            batch.Int64(1)[row] = copy.Time;
            batch.Dictionary(2)[row] = copy.Channel is null ? -1 : _channels.GetOrAdd(copy.Channel);
            batch.Utf8(3).Set(row, 0, -1);
        }

        foreach (var (row, count) in rows)
        {
            for (var i = 1; i < count; i++)
            {
                batch.AppendCopy(row);
            }
        }

        return batch;
    }

    /// <summary>Pushes records as one batch and returns the offsets of those that go on, one per row.</summary>
    public static List<long> Push(OperatorHarness harness, params IEnumerable<Copy> copies)
    {
        var passed = new List<long>();
        var batch = Batch(harness, copies);
        harness.Push(batch, b => passed.AddRange(b.Records.ToArray().Select(record => b.Origin.Offsets[record])));
        foreach (var (offset, fate) in batch.Origin.Offsets.ToArray().Zip(batch.Origin.Fates.ToArray()))
        {
            Assert.Equal(passed.Contains(offset) ? RecordFate.None : RecordFate.Unmatched, fate);
        }

        return passed;
    }
}
