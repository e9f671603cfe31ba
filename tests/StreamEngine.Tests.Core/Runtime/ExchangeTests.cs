using System.Globalization;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Planning;
using StreamEngine.Core.Runtime;
using StreamEngine.Core.State;

namespace StreamEngine.Tests.Core.Runtime;

public sealed class ExchangeTests
{
    private static readonly BatchSchema _schema = new(
        new("brand", ColumnType.Dictionary), new("text", ColumnType.Utf8), new("long", ColumnType.Int64), new("int", ColumnType.Int32), new("float", ColumnType.Float32), new("double", ColumnType.Float64));

    private static readonly StageOutput _output = new("window", new TopicPlan(1, "g.partials", TopicRole.Partials, 0, false, null), OutputFormat.Exchange, ["brand"]);

    [Fact]
    public void Every_partition_gets_the_rows_of_its_keys_in_order_and_time_moves_with_the_last_of_them()
    {
        for (var seed = 0; seed < 15; seed++)
        {
            var random = new Random(seed);
            var partitions = random.Next(1, 6);
            var writer = new ExchangeWriter(_output, _schema, partitions);
            var sent = long.MinValue;
            for (var round = 0; round < 3; round++)
            {
                var batch = RandomBatch(random, random.Next(3) == 0 ? 0 : random.Next(150), longTexts: random.Next(4) == 0);
                var outputs = new OutputBuffer();
                writer.Write(batch, sourcePartition: 7, sourcePartitionCount: 9, outputs);
                var expected = Enumerable.Range(0, batch.RowCount).GroupBy(row => Partitioning.Of(batch.Dictionary(0).Text(row), partitions)).ToDictionary(g => g.Key, g => g.Select(row => Shown(batch, row)).ToList());
                for (var partition = 0; partition < partitions; partition++)
                {
                    var read = Read(outputs, partition);
                    Assert.Equal(expected.GetValueOrDefault(partition, []), read.SelectMany(r => r.Rows));
                    Assert.Equal((batch.Watermark, batch.SourceIdle), (read[^1].Watermark, read[^1].Idle));
                    Assert.All(read.SkipLast(1), r => Assert.Equal((sent, false), (r.Watermark, r.Idle)));
                    Assert.All(read, r => Assert.Equal((7, 9), (r.Partition, r.Partitions)));
                }

                Assert.All(Enumerable.Range(0, outputs.Count), i => Assert.InRange(outputs[i].Value.Length, 1, 900_000));
                sent = batch.Watermark;
            }
        }
    }

    [Fact]
    public void Texts_come_through_however_many_came_before_and_are_not_held_for_ever()
    {
        var writer = new ExchangeWriter(_output, _schema, 1);
        var reader = new ExchangeReader("test", []);
        var (expected, most) = (new List<string>(), 0);
        reader.Register("window", _schema, batch =>
        {
            Assert.Equal(expected, Enumerable.Range(0, batch.RowCount).Select(row => batch.Dictionary(0).Dictionary.GetString(batch.Dictionary(0)[row])));
            most = Math.Max(most, batch.Dictionary(0).Dictionary.Count);
        });
        for (var from = 0; from < 1_200_000; from += 5_000)
        {
            expected = [.. Enumerable.Range(from, 5_000).Select(i => $"brand {i}")];
            var (batch, outputs) = (new RecordBatch(_schema), new OutputBuffer());
            foreach (var brand in expected)
            {
                batch.Dictionary(0)[batch.AppendRecord(batch.RowCount)] = batch.Dictionary(0).Dictionary.GetOrAdd(brand);
            }

            writer.Write(batch, 0, 1, outputs);
            reader.Deliver(outputs[0].Value);
        }

        Assert.InRange(most, 1 << 16, 80_000);
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_is_allocated_for_what_they_claim()
    {
        var reader = new ExchangeReader("g.partials[0]", []);
        reader.Register("window", _schema, _ => { });
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var outputs = new OutputBuffer();
            new ExchangeWriter(_output, _schema, 1).Write(RandomBatch(random, random.Next(20), longTexts: false), 0, 1, outputs);
            var record = Damage(outputs[0].Value.ToArray(), random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                reader.Deliver(record);
            }
            catch (StateException error)
            {
                Assert.Contains("g.partials[0]", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20, $"seed {seed} allocated {GC.GetAllocatedBytesForCurrentThread() - before:N0} bytes");
        }
    }

    [Fact]
    public void A_record_has_the_bytes_that_earlier_versions_wrote()
    {
        var batch = new RecordBatch(_schema) { Watermark = 1_772_323_200_000, SourceIdle = true };
        var row = batch.AppendRecord(0);
        batch.Dictionary(0)[row] = batch.Dictionary(0).Dictionary.GetOrAdd("Acme");
        batch.Utf8(1).SetAbsent(row);
        batch.Int64(2)[row] = long.MinValue;
        batch.Int32(3)[row] = -300;
        batch.Float32(4)[row] = 0.5f;
        batch.Float64(5)[row] = -2;
        var outputs = new OutputBuffer();
        new ExchangeWriter(_output, _schema, 1).Write(batch, 300, 400, outputs);
        Assert.Equal(
            "010677696E646F774BCD6D67890A3197AC0290030100DCB1A69C010000010541636D6500FFFFFFFFFFFFFFFFFF01D7040000003F00000000000000C0",
            Convert.ToHexString(outputs[0].Value));
    }

    [Fact]
    public void Records_of_another_version_operator_or_schema_are_refused_with_what_to_do()
    {
        var outputs = new OutputBuffer();
        new ExchangeWriter(_output, _schema, 1).Write(RandomBatch(new Random(1), 3, false), 0, 1, outputs);
        var record = outputs[0].Value.ToArray();
        var other = new ExchangeReader("g.partials[0]", []);
        other.Register("window", new BatchSchema(new ColumnDeclaration("brand", ColumnType.Dictionary)), _ => { });

        Assert.Contains("'window', which this graph does not have", Assert.Throws<StateException>(() => new ExchangeReader("t", []).Deliver(record)).Message, StringComparison.Ordinal);
        Assert.Contains("other columns than this version of the operator", Assert.Throws<StateException>(() => other.Deliver(record)).Message, StringComparison.Ordinal);
        record[0]++;
        Assert.Contains("version 2; this program reads version 1", Assert.Throws<StateException>(() => other.Deliver(record)).Message, StringComparison.Ordinal);
    }

    private static byte[] Damage(byte[] record, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                return record[..random.Next(record.Length)];
            case 1:
                return [.. record, .. new byte[random.Next(1, 5)]];
            default:
                // From the operator's id on: what follows is read with its lengths.
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    record[random.Next(record.Length)] = random.Next(2) == 0 ? (byte)0xFF : (byte)random.Next(256);
                }

                return record;
        }
    }

    private static List<(int Partition, int Partitions, long Watermark, bool Idle, List<string> Rows)> Read(OutputBuffer outputs, int partition)
    {
        var read = new List<(int, int, long, bool, List<string>)>();
        var reader = new ExchangeReader("test", []);
        reader.Register("window", _schema, b => read.Add((b.Origin.Partition, b.SourcePartitionCount, b.Watermark, b.SourceIdle, [.. Enumerable.Range(0, b.RowCount).Select(row => Shown(b, row))])));
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Partition == partition)
            {
                reader.Deliver(outputs[i].Value);
            }
        }

        return read;
    }

    private static RecordBatch RandomBatch(Random random, int rows, bool longTexts)
    {
        var batch = new RecordBatch(_schema) { Watermark = random.NextInt64(), SourceIdle = random.Next(2) == 0 };
        for (var i = 0; i < rows; i++)
        {
            var row = batch.AppendRecord(i);
            batch.Dictionary(0)[row] = random.Next(8) == 0 ? -1 : batch.Dictionary(0).Dictionary.GetOrAdd($"brand {random.Next(12)}");
            if (random.Next(8) == 0)
            {
                batch.Utf8(1).SetAbsent(row);
            }
            else
            {
                var text = new byte[random.Next(longTexts ? 20_000 : 30)];
                random.NextBytes(text);
                batch.Utf8(1).Set(row, text);
            }

            batch.Int64(2)[row] = random.Next(8) == 0 ? long.MinValue : random.NextInt64() >> random.Next(64);
            batch.Int32(3)[row] = random.Next(int.MinValue, int.MaxValue);
            batch.Float32(4)[row] = random.Next(8) == 0 ? float.NaN : random.NextSingle();
            batch.Float64(5)[row] = random.Next(8) == 0 ? double.NaN : random.NextDouble();
        }

        return batch;
    }

    private static string Shown(RecordBatch batch, int row)
    {
        var text = batch.Utf8(1).Lengths[row] < 0 ? "absent" : Convert.ToHexString(batch.Utf8(1)[row]);
        var brand = batch.Dictionary(0)[row] < 0 ? "absent" : Encoding.UTF8.GetString(batch.Dictionary(0).Text(row));
        return string.Create(CultureInfo.InvariantCulture, $"{brand} {text} {batch.Int64(2)[row]} {batch.Int32(3)[row]} {batch.Float32(4)[row]:R} {batch.Float64(5)[row]:R}");
    }
}
