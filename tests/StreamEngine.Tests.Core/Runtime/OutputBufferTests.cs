using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Runtime;

namespace StreamEngine.Tests.Core.Runtime;

public sealed class OutputBufferTests
{
    [Fact]
    public void Records_come_out_as_they_were_put_in_and_tombstones_differ_from_empty_values()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var buffer = new OutputBuffer();
            for (var use = 0; use < 2; use++)
            {
                buffer.Clear();
                var expected = Enumerable.Range(0, random.Next(700)).Select(i => (Topic: i % 5, Partition: random.Next(-1, 9), Key: Bytes(random, allowNull: true), Value: Bytes(random, allowNull: true), Headers: Bytes(random, allowNull: false)!)).ToList();
                foreach (var (topic, partition, key, value, headers) in expected)
                {
                    Append(buffer, topic, partition, key, value, headers);
                }

                Assert.Equal(expected.Count, buffer.Count);
                for (var i = 0; i < buffer.Count; i++)
                {
                    var (topic, partition, key, value, headers) = expected[i];
                    var record = buffer[i];
                    // A record is either without a key, or without a value, or has both.
                    Assert.Equal((topic, key is null ? -1 : partition, key is not null, key is null || value is not null), (record.Topic, record.Partition, record.HasKey, record.HasValue));
                    Assert.Equal(key ?? [], record.Key.ToArray());
                    Assert.Equal(value ?? [], record.Value.ToArray());
                    Assert.Equal(key is not null && value is null ? [] : headers, record.Headers.ToArray());
                }
            }
        }
    }

    [Fact]
    public void Headers_are_read_in_order_and_found_by_name()
    {
        var headers = new ByteArena();
        RecordHeaders.Add(headers, "graph"u8, "g");
        RecordHeaders.Add(headers, ""u8, "");
        RecordHeaders.Add(headers, "error"u8, "café ✗"u8);
        ReadOnlySpan<byte> bytes = headers.Buffer.AsSpan(0, headers.Length);

        Assert.Equal(("g", "café ✗", ""), (RecordHeaders.Text(bytes, "graph"u8), RecordHeaders.Text(bytes, "error"u8), RecordHeaders.Text(bytes, "none"u8)));
        var names = new List<string>();
        while (RecordHeaders.TryRead(ref bytes, out var name, out _))
        {
            names.Add(Encoding.UTF8.GetString(name));
        }

        Assert.Equal(["graph", "", "error"], names);
    }

    private static void Append(OutputBuffer buffer, int topic, int partition, byte[]? key, byte[]? value, byte[] headers)
    {
        if (key is null)
        {
            buffer.AppendUnkeyed(topic, -1, value, headers);
        }
        else if (value is null)
        {
            buffer.AppendTombstone(topic, partition, key);
        }
        else
        {
            buffer.Append(topic, partition, key, value, headers);
        }
    }

    private static byte[]? Bytes(Random random, bool allowNull)
    {
        if (allowNull && random.Next(5) == 0)
        {
            return null;
        }

        var bytes = new byte[random.Next(4) == 0 ? 0 : random.Next(300)];
        random.NextBytes(bytes);
        return bytes;
    }
}
