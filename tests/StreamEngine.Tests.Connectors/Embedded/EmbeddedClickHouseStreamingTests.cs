using System.Globalization;
using System.Net;
using System.Text;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>What is long does not fill memory, and who leaves leaves nothing running.</summary>
public sealed class EmbeddedClickHouseStreamingTests(EmbeddedClickHouseFixture clickHouse) : IClassFixture<EmbeddedClickHouseFixture>
{
    [Fact]
    public async Task A_SELECT_without_end_is_read_as_it_goes_and_stops_when_the_reader_leaves()
    {
        using (HttpResponseMessage response = await Begin("SELECT number FROM system.numbers /* endless */ FORMAT TSV", CancellationToken.None))
        using (var lines = new StreamReader(await response.Content.ReadAsStreamAsync()))
        {
            for (int n = 0; n < 500_000; n++)
                Assert.Equal(n.ToString(CultureInfo.InvariantCulture), await lines.ReadLineAsync());
            Assert.True(await IsRunning("endless"));
        }
        await Eventually.Holds(async () => !await IsRunning("endless"), "the query ends");
    }

    [Theory]
    [InlineData("")]
    [InlineData("session_id=leaver")]
    public async Task A_query_that_has_not_answered_yet_stops_when_the_client_leaves(string parameters)
    {
        string mark = "slow" + parameters.Length;
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> query = Begin($"SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 /* {mark} */ FORMAT JSON", leave.Token, parameters);
        await Eventually.Holds(() => IsRunning(mark), "the query runs");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        await Eventually.Holds(async () => !await IsRunning(mark), "the query ends");
        Assert.Equal("1\n", await clickHouse.Text("SELECT 1", parameters));
    }

    [Fact]
    public async Task An_INSERT_takes_half_a_gigabyte_without_holding_it()
    {
        await clickHouse.Text("CREATE TABLE sink (a UInt64) ENGINE = Null");
        await clickHouse.Text("INSERT INTO sink SELECT 1");
        const int pieces = 512;
        long before = PeakMemory();
        using var body = new PiecewiseContent(pieces, new byte[1 << 20], breakOff: false);
        using HttpResponseMessage response = await clickHouse.Post("query=INSERT+INTO+sink+FORMAT+RowBinary", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Contains($"\"written_rows\":\"{pieces * ((1 << 20) / sizeof(ulong))}\"", string.Join("", response.Headers.GetValues("X-ClickHouse-Summary")), StringComparison.Ordinal);
        long grown = PeakMemory() - before;
        Assert.True(grown < 200L << 20, $"peak memory grew by {grown >> 20} MiB for a body of {pieces} MiB");
    }

    [Fact]
    public async Task An_INSERT_whose_client_leaves_in_the_middle_inserts_nothing()
    {
        await clickHouse.Text("CREATE TABLE half (a UInt64) ENGINE = MergeTree ORDER BY a");
        using var body = new PiecewiseContent(3, Encoding.UTF8.GetBytes("1\n2\n3\n"), breakOff: true);
        await Assert.ThrowsAnyAsync<Exception>(() => clickHouse.Post("query=INSERT+INTO+half+FORMAT+CSV", body));
        await Eventually.Holds(async () => !await IsRunning("INSERT INTO half"), "the INSERT ends");
        Assert.Equal("0\n", await clickHouse.Text("SELECT count() FROM half"));
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_result_is_marked_and_breaks_it_off()
    {
        using HttpResponseMessage response = await Begin("SELECT throwIf(number = 400000), number FROM numbers(1000000) FORMAT TSV", CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string tag = Assert.Single(response.Headers.GetValues("X-ClickHouse-Exception-Tag"));
        var received = new MemoryStream();
        await Assert.ThrowsAsync<HttpIOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(received));
        string text = Encoding.UTF8.GetString(received.ToArray());
        Assert.Contains($"\r\n__exception__\r\n{tag}\r\nCode: 395. DB::Exception: ", text, StringComparison.Ordinal);
        Assert.EndsWith($" {tag}\r\n__exception__\r\n", text, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> Begin(string query, CancellationToken cancellation, string parameters = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(clickHouse.Process.Url, "/?" + parameters)) { Content = new StringContent(query) };
        return clickHouse.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private async Task<bool> IsRunning(string mark) =>
        await clickHouse.Text($"SELECT count() FROM system.processes WHERE query LIKE '%{mark}%' AND query NOT LIKE '%system.processes%'") != "0\n";

    private long PeakMemory()
    {
        string line = File.ReadLines($"/proc/{clickHouse.Process.ProcessId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>A chunked body of equal pieces, that may break off instead of ending.</summary>
    private sealed class PiecewiseContent(int pieces, byte[] piece, bool breakOff) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < pieces; i++)
                await stream.WriteAsync(piece);
            await stream.FlushAsync();
            if (breakOff)
                throw new IOException("the client leaves");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
