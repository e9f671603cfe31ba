using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>ClickHouse's HTTP interface, against the real program and the real engine.</summary>
public sealed class EmbeddedClickHouseHttpTests(EmbeddedClickHouseFixture clickHouse) : IClassFixture<EmbeddedClickHouseFixture>
{
    [Theory]
    [InlineData("/ping")]
    [InlineData("/")]
    [InlineData("/replicas_status")]
    public async Task Health_checks_answer_Ok(string path) =>
        Assert.Equal("Ok.\n", await clickHouse.Http.GetStringAsync(new Uri(clickHouse.Process.Url, path)));

    [Fact]
    public async Task An_unknown_path_is_not_found()
    {
        using HttpResponseMessage response = await clickHouse.Http.GetAsync(new Uri(clickHouse.Process.Url, "/nope"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.StartsWith("There is no handle /nope", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_query_comes_by_URL_or_body_or_both_joined()
    {
        using HttpResponseMessage get = await clickHouse.Get("query=SELECT+1,2");
        Assert.Equal("1\t2\n", await get.Content.ReadAsStringAsync());
        Assert.Equal("3\n", await clickHouse.Text("SELECT 3"));
        Assert.Equal("7\n", await clickHouse.Text("+ 4", "query=SELECT+3"));
        // curl -d calls every body a URL-encoded form
        Assert.Equal("1\n", await (await clickHouse.Post("", new StringContent("SELECT 1 AS a", Encoding.UTF8, "application/x-www-form-urlencoded"))).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("INSERT INTO {0} FORMAT CSV", "1,a\n2,b\n")]
    [InlineData("INSERT INTO {0} (a, b) FORMAT JSONEachRow", "{\"a\":1,\"b\":\"a\"}\n{\"a\":2,\"b\":\"b\"}")]
    [InlineData("insert into `{0}` values", "(1,'a'),(1+1,lower('B'));")]
    [InlineData("/* it's */ INSERT INTO TABLE default.{0} -- so\n Format TabSeparated", "1\ta\n2\tb\n")]
    public async Task Rows_come_by_the_body_after_an_INSERT_in_the_URL_or_in_the_same_body(string insert, string rows)
    {
        foreach (bool inUrl in new[] { true, false })
        {
            string table = await CreateTable("a UInt32, b String");
            string statement = insert.Replace("{0}", table, StringComparison.Ordinal);
            using HttpResponseMessage response = inUrl
                ? await clickHouse.Post(rows, "query=" + Uri.EscapeDataString(statement))
                : await clickHouse.Post(statement + "\n" + rows);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            Assert.Equal("2", Summary(response).GetProperty("written_rows").GetString());
            Assert.Equal("1\ta\n2\tb\n", await clickHouse.Text($"SELECT a, b FROM {table} ORDER BY a"));
        }
    }

    [Fact]
    public async Task An_INSERT_from_a_SELECT_is_one_statement()
    {
        string table = await CreateTable("a UInt64");
        using HttpResponseMessage response = await clickHouse.Post($"INSERT INTO {table} SELECT number FROM numbers(10)");
        Assert.Equal("10", Summary(response).GetProperty("written_rows").GetString());
        await clickHouse.Text($"INSERT INTO {table} (SELECT 10)");
        Assert.Equal("55\n", await clickHouse.Text($"SELECT sum(a) FROM {table}"));
    }

    [Theory]
    [InlineData("SELECT 1 AS x FORMAT JSONEachRow", "", "JSONEachRow", "application/x-ndjson; charset=UTF-8", "{\"x\":1}\n")]
    [InlineData("SELECT 1 AS x;", "default_format=CSVWithNames", "CSVWithNames", "text/csv; charset=UTF-8; header=present", "\"x\"\n1\n")]
    [InlineData("SELECT 1 AS format, 'a FORMAT b' AS x FORMAT TSV SETTINGS max_threads = 1", "default_format=JSON", "TSV", "text/tab-separated-values; charset=UTF-8", "1\ta FORMAT b\n")]
    [InlineData("SELECT format('{}', 1)", "", "TabSeparated", "text/tab-separated-values; charset=UTF-8", "1\n")]
    [InlineData("SHOW DATABASES LIKE 'default'", "", "TabSeparated", "text/tab-separated-values; charset=UTF-8", "default\n")]
    public async Task The_format_is_the_querys_or_else_the_default(string query, string parameters, string format, string contentType, string expected)
    {
        using HttpResponseMessage response = await clickHouse.Post(query, parameters);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal(format, Header(response, "X-ClickHouse-Format"));
        Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Totals_come_in_one_document_with_the_rows() =>
        Assert.Equal("0\t2\n1\t1\n\n0\t3\n", await clickHouse.Text("SELECT number % 2 AS k, count() FROM numbers(3) GROUP BY k WITH TOTALS ORDER BY k"));

    [Fact]
    public async Task Answers_carry_ClickHouses_headers()
    {
        using HttpResponseMessage response = await clickHouse.Post("SELECT sum(number) FROM numbers(1000)", "query_id=mine&wait_end_of_query=1");
        Assert.Equal("mine", Header(response, "X-ClickHouse-Query-Id"));
        Assert.Equal(await clickHouse.Text("SELECT timezone() FORMAT TSVRaw"), Header(response, "X-ClickHouse-Timezone") + "\n");
        Assert.NotEmpty(Header(response, "X-ClickHouse-Server-Display-Name"));
        Assert.Equal("1000", Summary(response).GetProperty("read_rows").GetString());
        using HttpResponseMessage unnamed = await clickHouse.Post("SELECT 1");
        Assert.True(Guid.TryParse(Header(unnamed, "X-ClickHouse-Query-Id"), out _));
    }

    [Fact]
    public async Task Parameters_are_bound_by_type_and_case_and_are_escaped_as_in_TabSeparated()
    {
        Assert.Equal("a\\tb\\\\\t7\t8\n", await clickHouse.Text("SELECT {p:String}, {n:UInt8}, {N:UInt8}", "param_p=a%5Ctb%5C%5C&param_n=7&param_N=8"));
        await AssertError("SELECT {n:UInt8}", "param_n=x", HttpStatusCode.InternalServerError, 457);
        using var form = new MultipartFormDataContent { { new StringContent("SELECT {p:String}"), "query" }, { new StringContent("by form"), "param_p" } };
        Assert.Equal("by form\n", await (await clickHouse.Post("", form)).Content.ReadAsStringAsync());
        string table = await CreateTable("a UInt32, b String");
        await clickHouse.Text($"INSERT INTO {table} VALUES ({{n:UInt32}}, {{p:String}})", "param_n=5&param_p=five");
        Assert.Equal("5\tfive\n", await clickHouse.Text($"SELECT * FROM {table}"));
    }

    [Fact]
    public async Task Settings_and_database_hold_for_their_request_alone()
    {
        string defaults = await clickHouse.Text("SELECT getSetting('max_block_size'), currentDatabase()");
        Assert.Equal("1234\tsystem\n", await clickHouse.Text("SELECT getSetting('max_block_size'), currentDatabase()", "max_block_size=1234&database=system"));
        Assert.Equal(defaults, await clickHouse.Text("SELECT getSetting('max_block_size'), currentDatabase()"));
        foreach (string session in new[] { "session_id=settings", "session_id=settings" })
        {
            Assert.Equal("1234\tsystem\n", await clickHouse.Text("SELECT getSetting('max_block_size'), currentDatabase()", session + "&max_block_size=1234&database=system"));
            Assert.Equal(defaults, await clickHouse.Text("SELECT getSetting('max_block_size'), currentDatabase()", session));
        }
    }

    [Fact]
    public async Task A_session_keeps_settings_and_temporary_tables_until_it_is_closed()
    {
        const string session = "session_id=keeps";
        await clickHouse.Text("SET max_block_size = 4321", session);
        await clickHouse.Text("CREATE TEMPORARY TABLE mine (a UInt8)", session);
        await clickHouse.Text("INSERT INTO mine FORMAT CSV\n7", session);
        Assert.Equal("7\t4321\n", await clickHouse.Text("SELECT a, getSetting('max_block_size') FROM mine", session + "&session_check=1"));
        await AssertError("SELECT a FROM mine", "", HttpStatusCode.NotFound, 60);
        await AssertError("SELECT a FROM mine", "session_id=other", HttpStatusCode.NotFound, 60);
        await clickHouse.Text("SELECT 1", session + "&close_session=1");
        await AssertError("SELECT 1", session + "&session_check=1", HttpStatusCode.InternalServerError, 372);
        await AssertError("SELECT 1", session + "&session_timeout=9999", HttpStatusCode.InternalServerError, 374);
    }

    [Fact]
    public async Task A_session_ends_when_it_was_not_used_for_its_timeout()
    {
        await clickHouse.Text("SELECT 1", "session_id=short&session_timeout=1");
        await Eventually.Holds(async () =>
        {
            // Asking with session_check=1 would renew it: a session that is gone answers 372 from then on.
            await Task.Delay(1500);
            using HttpResponseMessage response = await clickHouse.Post("SELECT 1", "session_id=short&session_check=1&session_timeout=1");
            return Header(response, "X-ClickHouse-Exception-Code") == "372";
        }, "the session ends");
    }

    [Fact]
    public async Task Queries_of_one_session_run_one_after_the_other()
    {
        await clickHouse.Text("CREATE TEMPORARY TABLE steps (n UInt8)", "session_id=serial");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => clickHouse.Text($"INSERT INTO steps SELECT {n} + sleep(0.02)", "session_id=serial")));
        Assert.Equal("8\t28\n", await clickHouse.Text("SELECT count(), sum(n) FROM steps", "session_id=serial"));
    }

    [Theory]
    [InlineData("SELECT * FROM nope", "", 404, 60)]
    [InlineData("SELEC 1", "", 400, 62)]
    [InlineData("", "", 400, 62)]
    [InlineData("SELECT 1; SELECT 2", "", 400, 62)]
    [InlineData("SELECT nope", "", 404, 47)]
    [InlineData("SELECT nope(1)", "", 404, 46)]
    [InlineData("SELECT 1", "database=nope", 404, 81)]
    [InlineData("SELECT 1", "nope=1", 404, 115)]
    [InlineData("SELECT 1 FORMAT Nope", "", 404, 73)]
    [InlineData("SELECT 1 INTO OUTFILE 'f'", "", 500, 358)]
    [InlineData("INSERT INTO nope FORMAT CSV\n1", "", 404, 60)]
    [InlineData("SELECT 1", "compress=1", 501, 48)]
    [InlineData("SELECT sleep(1)", "max_execution_time=0.1&function_sleep_max_microseconds_per_block=9000000", 408, 159)]
    public Task Errors_carry_the_servers_code_and_status(string query, string parameters, int status, int code) =>
        AssertError(query, parameters, (HttpStatusCode)status, code);

    [Fact]
    public async Task A_bad_row_is_refused_with_its_place_and_nothing_is_inserted()
    {
        string table = await CreateTable("a UInt32");
        string message = await AssertError("INSERT INTO " + table + " FORMAT JSONEachRow\n{\"a\":1}\n{\"a\":\"x\"}\n", "", HttpStatusCode.BadRequest, 27);
        Assert.Contains("row 2", message, StringComparison.Ordinal);
        Assert.Equal("0\n", await clickHouse.Text($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task GET_changes_nothing()
    {
        string table = await CreateTable("a UInt32");
        foreach (string session in new[] { "", "&session_id=readonly" })
        {
            foreach (string query in new[] { $"DROP TABLE {table}", $"INSERT INTO {table} VALUES (1)", $"INSERT INTO {table} SELECT 1" })
            {
                using HttpResponseMessage response = await clickHouse.Get("query=" + Uri.EscapeDataString(query) + session);
                Assert.Equal("164", Header(response, "X-ClickHouse-Exception-Code"));
            }
        }
        Assert.Equal("0\n", await clickHouse.Text($"SELECT count() FROM {table}"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Bodies_are_compressed_both_ways(string coding)
    {
        string table = await CreateTable("a UInt64");
        byte[] rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(n => $"{n}\n")));
        using var packed = new MemoryStream();
        using (Stream encoder = Encoder(packed, coding))
            encoder.Write(rows);
        using var body = new ByteArrayContent(packed.ToArray());
        body.Headers.ContentEncoding.Add(coding);
        using HttpResponseMessage inserted = await clickHouse.Post($"query=INSERT+INTO+{table}+FORMAT+TSV", body);
        Assert.True(inserted.IsSuccessStatusCode, await inserted.Content.ReadAsStringAsync());

        foreach (string format in new[] { "TSV", "CSVWithNames" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(clickHouse.Process.Url, "/?enable_http_compression=1")) { Content = new StringContent($"SELECT a FROM {table} ORDER BY a FORMAT {format}") };
            request.Headers.AcceptEncoding.ParseAdd(coding);
            using HttpResponseMessage response = await clickHouse.Http.SendAsync(request);
            Assert.Equal([coding], response.Content.Headers.ContentEncoding);
            using var result = new MemoryStream();
            using (Stream decoder = Decoder(await response.Content.ReadAsStreamAsync(), coding))
                await decoder.CopyToAsync(result);
            Assert.Equal(format == "TSV" ? rows : [.. "\"a\"\n"u8, .. rows], result.ToArray());
        }
    }

    [Fact]
    public async Task An_unknown_coding_and_a_broken_body_are_refused()
    {
        using var unknown = new StringContent("SELECT 1");
        unknown.Headers.ContentEncoding.Add("sdch");
        using HttpResponseMessage first = await clickHouse.Post("", unknown);
        Assert.Equal(HttpStatusCode.NotImplemented, first.StatusCode);
        using var broken = new StringContent("not gzip at all");
        broken.Headers.ContentEncoding.Add("gzip");
        using HttpResponseMessage second = await clickHouse.Post("query=SELECT+1", broken);
        Assert.Equal("354", Header(second, "X-ClickHouse-Exception-Code"));
    }

    private async Task<string> CreateTable(string columns)
    {
        string table = "t" + Guid.NewGuid().ToString("N");
        await clickHouse.Text($"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY a");
        return table;
    }

    private async Task<string> AssertError(string query, string parameters, HttpStatusCode status, int code)
    {
        using HttpResponseMessage response = await clickHouse.Post(query, parameters);
        string message = await response.Content.ReadAsStringAsync();
        Assert.StartsWith($"Code: {code}. DB::Exception: ", message, StringComparison.Ordinal);
        Assert.Equal($"{code}", Header(response, "X-ClickHouse-Exception-Code"));
        Assert.Equal(status, response.StatusCode);
        return message;
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? Assert.Single(values) : "";

    private static JsonElement Summary(HttpResponseMessage response) =>
        JsonDocument.Parse(Header(response, "X-ClickHouse-Summary")).RootElement;

    private static Stream Encoder(Stream to, string coding) => coding switch
    {
        "gzip" => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true),
        _ => new BrotliStream(to, CompressionLevel.Fastest, leaveOpen: true),
    };

    private static Stream Decoder(Stream from, string coding) => coding switch
    {
        "gzip" => new GZipStream(from, CompressionMode.Decompress),
        "deflate" => new ZLibStream(from, CompressionMode.Decompress),
        _ => new BrotliStream(from, CompressionMode.Decompress),
    };
}
