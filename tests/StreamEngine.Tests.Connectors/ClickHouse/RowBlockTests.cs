using System.Globalization;
using System.Text;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>What goes over the wire, byte by byte and as real servers read it.</summary>
[Collection(ClickHouseCollection.Name)]
public sealed class RowBlockTests(ClickHouseServers servers)
{
    private const int Seed = 20_260_301;

    [Fact]
    public void Native_is_counts_then_each_column_with_name_type_and_values()
    {
        using var block = TwoRows();
        Assert.Equal(
            "0902" // Columns, rows.
            + "0161" + Type("UInt8") + "01FF"
            + "0162" + Type("UInt32") + "02000000FFFFFFFF"
            + "0163" + Type("Int64") + "FEFFFFFFFFFFFFFF0300000000000000"
            + "0164" + Type("Float64") + "000000000000E03F000000000000F0BF"
            + "0165" + Type("DateTime('UTC')") + "01000000FFFFFFFF"
            + "0166" + Type("DateTime64(3, 'UTC')") + "DC05000000000000FFFFFFFFFFFFFFFF"
            + "0167" + Type("String") + "0002C3A9"
            + "0168" + Type("LowCardinality(String)") + "0100000000000000" + "0006000000000000" + "0200000000000000" + "00" + "026E6C" + "0200000000000000" + "0100"
            + "0169" + Type("Array(String)") + "0200000000000000" + "0200000000000000" + "0178" + "00",
            Bytes(block, WireFormat.Native));
        static string Type(string name) => $"{name.Length:X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(name))}";
    }

    [Fact]
    public void RowBinary_is_the_values_row_by_row()
    {
        using var block = TwoRows();
        Assert.Equal(
            "01" + "02000000" + "FEFFFFFFFFFFFFFF" + "000000000000E03F" + "01000000" + "DC05000000000000" + "00" + "026E6C" + "02" + "0178" + "00"
            + "FF" + "FFFFFFFF" + "0300000000000000" + "000000000000F0BF" + "FFFFFFFF" + "FFFFFFFFFFFFFFFF" + "02C3A9" + "00" + "00",
            Bytes(block, WireFormat.RowBinary));
    }

    [Fact]
    public void A_block_that_is_written_again_after_clearing_is_the_same_again()
    {
        using var block = TwoRows();
        var (native, rows) = (Bytes(block, WireFormat.Native), Bytes(block, WireFormat.RowBinary));
        block.Clear();
        Assert.Equal((0, 0L), (block.Rows, block.Bytes));
        Fill(block);
        Assert.Equal((native, rows), (Bytes(block, WireFormat.Native), Bytes(block, WireFormat.RowBinary)));
    }

    [Theory]
    [OnEmbedded(WireFormat.Native)]
    [OnEmbedded(WireFormat.RowBinary)]
    [OnDebian(WireFormat.Native)]
    [OnDebian(WireFormat.RowBinary)]
    public async Task A_server_reads_what_was_written(ServerKind kind, WireFormat format)
    {
        var server = await servers.GetAsync(kind);
        var database = ClickHouseServers.NewDatabase();
        var recent = kind == ServerKind.Embedded;
        (string Name, string Type)[] columns =
        [
            ("n", "UInt32"), ("u8", "UInt8"), ("u64", "UInt64"), ("i64", "Int64"), ("f32", "Float32"), ("f64", "Float64"), ("at", "DateTime('UTC')"),
            ("ms", recent ? "DateTime64(3, 'UTC')" : "Int64"), ("text", "String"), ("word", recent ? "LowCardinality(String)" : "String"), ("list", "Array(String)"),
        ];
        await server.ExecuteAsync($"CREATE DATABASE {database}");
        await server.ExecuteAsync($"CREATE TABLE {database}.t ({string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"))}) ENGINE = MergeTree() ORDER BY n");
        using var block = new RowBlock([.. columns]);
        var random = new Random(Seed);
        var expected = new List<string>();
        for (var n = 0; n < 1000; n++)
        {
            expected.Add(AppendRandom(block, n, random));
        }

        using var client = new ClickHouseClient(server.Connection, TimeProvider.System);
        using var body = new WireBuffer();
        block.Write(format, body);
        await client.InsertAsync($"INSERT INTO {database}.t FORMAT {format}", "", body.WrittenMemory, compressed: false, default);

        var rows = await server.RowsAsync($"""
            SELECT n, u8, toString(u64), toString(i64), f32, f64, toUnixTimestamp(at), {(recent ? "toString(toUnixTimestamp64Milli(ms))" : "toString(ms)")},
                hex(text), word, arrayStringConcat(arrayMap(x -> hex(x), list), ',')
            FROM {database}.t ORDER BY n
            """);
        Assert.True(expected.SequenceEqual(rows), $"seed {Seed}: first difference at row {expected.Zip(rows).TakeWhile(pair => pair.First == pair.Second).Count()}");
    }

    [Theory]
    [OnEmbedded(100)]
    [OnEmbedded(300)]
    [OnEmbedded(70_000)]
    public async Task Words_of_any_number_are_read_with_codes_of_any_width(ServerKind kind, int distinct)
    {
        var server = await servers.GetAsync(kind);
        var table = ClickHouseServers.NewDatabase();
        await server.ExecuteAsync($"CREATE TABLE {table} (n UInt32, word LowCardinality(String)) ENGINE = MergeTree() ORDER BY n");
        using var block = new RowBlock([("n", "UInt32"), ("word", "LowCardinality(String)")]);
        for (var n = 0; n < distinct * 2; n++)
        {
            block[0].Append(n);
            block[1].Append(Encoding.ASCII.GetBytes($"w{n % distinct}"));
            block.EndRow();
        }

        using var client = new ClickHouseClient(server.Connection, TimeProvider.System);
        using var body = new WireBuffer();
        block.Write(WireFormat.Native, body);
        await client.InsertAsync($"INSERT INTO {table} FORMAT Native", "", body.WrittenMemory, compressed: false, default);

        Assert.Equal([$"{distinct * 2}|{distinct}"], await server.RowsAsync($"SELECT countIf(word = concat('w', toString(n % {distinct}))), uniqExact(word) FROM {table}"));
    }

    [Fact]
    public void Moments_beyond_what_a_type_holds_become_its_ends()
    {
        using var block = new RowBlock([("a", "DateTime"), ("b", "DateTime64(3)")]);
        foreach (var moment in new[] { long.MinValue, long.MaxValue })
        {
            block[0].Append(moment);
            block[1].Append(moment);
            block.EndRow();
        }

        Assert.Equal("00000000" + "00DC01AEFDFDFFFF" + "FFFFFFFF" + "FF775FA678090000", Bytes(block, WireFormat.RowBinary));
    }

    private static RowBlock TwoRows()
    {
        var block = new RowBlock([
            ("a", "UInt8"), ("b", "UInt32"), ("c", "Int64"), ("d", "Float64"), ("e", "DateTime('UTC')"), ("f", "DateTime64(3, 'UTC')"),
            ("g", "String"), ("h", "LowCardinality(String)"), ("i", "Array(String)")]);
        Fill(block);
        return block;
    }

    private static void Fill(RowBlock block)
    {
        long[][] numbers = [[1, 2, -2], [255, uint.MaxValue, 3]];
        for (var row = 0; row < 2; row++)
        {
            for (var i = 0; i < 3; i++)
            {
                block[i].Append(numbers[row][i]);
            }

            block[3].Append(row == 0 ? 0.5 : -1.0);
            block[4].Append(row == 0 ? 1999 : uint.MaxValue * 1000L);
            block[5].Append(row == 0 ? 1500L : -1L);
            block[6].Append(row == 0 ? ""u8 : "é"u8);
            block[7].Append(row == 0 ? "nl"u8 : ""u8);
            block[8].Append(row == 0 ? 2 : 0, row == 0 ? [1, (byte)'x', 0] : []);
            block.EndRow();
        }
    }

    private static string Bytes(RowBlock block, WireFormat format)
    {
        using var buffer = new WireBuffer();
        block.Write(format, buffer);
        return Convert.ToHexString(buffer.Written);
    }

    /// <summary>Appends a row and returns it as the server shows it.</summary>
    private static string AppendRandom(RowBlock block, int n, Random random)
    {
        var (u8, u64, i64) = (random.Next(256), (ulong)random.NextInt64(long.MinValue, long.MaxValue), random.NextInt64(long.MinValue, long.MaxValue));
        var real = random.Next(-4000, 4000) / 8.0;
        var at = random.NextInt64(0, uint.MaxValue * 1000L);
        var text = new byte[random.Next(10) == 0 ? random.Next(20_000) : random.Next(200)];
        random.NextBytes(text);
        var word = $"word {random.Next(n + 1) % 400}";
        var list = Enumerable.Range(0, random.Next(4)).Select(_ => $"{random.Next(1000)}").ToList();
        using var strings = new WireBuffer();
        list.ForEach(strings.AppendString);

        block[0].Append(n);
        block[1].Append(u8);
        block[2].Append((long)u64);
        block[3].Append(i64);
        block[4].Append(real);
        block[5].Append(real / 1024);
        block[6].Append(at);
        block[7].Append(at);
        block[8].Append(text);
        block[9].Append(Encoding.UTF8.GetBytes(word));
        block[10].Append(list.Count, strings.Written);
        block.EndRow();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{n}|{u8}|{u64}|{i64}|{real}|{real / 1024}|{at / 1000}|{at}|{Convert.ToHexString(text)}|{word}|{string.Join(',', list.Select(x => Convert.ToHexString(Encoding.ASCII.GetBytes(x))))}");
    }
}
