using System.Text;
using StreamEngine.Core.Batches;

namespace StreamEngine.Tests.Core.Batches;

public sealed class RecordBatchTests
{
    private static readonly BatchSchema _schema = new(
        new("text", ColumnType.Utf8), new("long", ColumnType.Int64), new("int", ColumnType.Int32), new("float", ColumnType.Float32), new("double", ColumnType.Float64), new("word", ColumnType.Dictionary));

    [Fact]
    public void Whatever_is_added_copied_and_dropped_the_rows_left_are_those_of_a_plain_list()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var batch = new RecordBatch(_schema, capacity: 4);
            for (var use = 0; use < 3; use++)
            {
                var rows = new List<(int Record, int Value, bool Dropped)>();
                var fates = new List<RecordFate>();
                batch.Clear();
                for (var step = 0; step < 120; step++)
                {
                    Step(batch, rows, fates, random);
                }

                batch.RemoveDropped();
                rows.RemoveAll(r => r.Dropped);
                Assert.True(rows.Select(r => (r.Record, r.Value)).SequenceEqual(Rows(batch)), $"seed {seed}");
                Assert.Equal(fates, batch.Origin.Fates.ToArray());
                Assert.Equal(fates.Select((_, i) => 1000L + i), batch.Origin.Offsets.ToArray());
            }
        }
    }

    [Fact]
    public void A_record_has_the_highest_fate_that_any_of_its_rows_met()
    {
        var batch = new RecordBatch(_schema);
        var first = batch.AppendRecord(5);
        var second = batch.AppendCopy(Set(batch, first, 1));

        batch.Drop(second, RecordFate.Late);
        batch.Drop(first, RecordFate.Unmatched);

        Assert.Equal([RecordFate.Late], batch.Origin.Fates.ToArray());
    }

    private static void Step(RecordBatch batch, List<(int Record, int Value, bool Dropped)> rows, List<RecordFate> fates, Random random)
    {
        switch (random.Next(6))
        {
            case 0 when rows.Count > 0:
                var copied = random.Next(rows.Count);
                batch.AppendCopy(copied);
                rows.Add(rows[copied] with { Dropped = false });
                break;
            case 1 when rows.Count > 0:
                var dropped = random.Next(rows.Count);
                var fate = (RecordFate)random.Next(1, 5);
                batch.Drop(dropped, fate);
                rows[dropped] = rows[dropped] with { Dropped = true };
                fates[rows[dropped].Record] = (RecordFate)Math.Max((byte)fate, (byte)fates[rows[dropped].Record]);
                break;
            case 2 when random.Next(5) == 0:
                batch.RemoveDropped();
                rows.RemoveAll(r => r.Dropped);
                break;
            default:
                var value = random.Next();
                Set(batch, batch.AppendRecord(1000 + fates.Count), value);
                rows.Add((fates.Count, value, false));
                fates.Add(RecordFate.None);
                break;
        }
    }

    private static int Set(RecordBatch batch, int row, int value)
    {
        batch.Utf8(0).Set(row, Encoding.UTF8.GetBytes($"{value}"));
        batch.Int64(1)[row] = value;
        batch.Int32(2)[row] = value;
        batch.Float32(3)[row] = value;
        batch.Float64(4)[row] = value;
        batch.Dictionary(5)[row] = batch.Dictionary(5).Dictionary.GetOrAdd($"{value}");
        return row;
    }

    private static IEnumerable<(int Record, int Value)> Rows(RecordBatch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            var value = batch.Int32(2)[row];
            Assert.Equal((value, (float)value, value), (batch.Int64(1)[row], batch.Float32(3)[row], batch.Float64(4)[row]));
            Assert.Equal(($"{value}", $"{value}"), (Encoding.UTF8.GetString(batch.Utf8(0)[row]), Encoding.UTF8.GetString(batch.Dictionary(5).Text(row))));
            yield return (batch.Records[row], value);
        }
    }
}
