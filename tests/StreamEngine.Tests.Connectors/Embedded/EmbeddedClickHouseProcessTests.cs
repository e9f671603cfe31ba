using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>The process around the engine: start, stop, kill, who may connect, and what a user is told.</summary>
public sealed class EmbeddedClickHouseProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        const int kills = 3, writers = 4, acknowledgedPerKill = 40;
        var acknowledged = new List<int>();
        int next = 0;
        for (int kill = 0; kill <= kills; kill++)
        {
            await using EmbeddedClickHouseProcess process = await Start(new EmbeddedClickHouseOptions { DataPath = _folder["data"] });
            if (kill == 0)
                await Query(process, "CREATE TABLE t (batch UInt32, n UInt32) ENGINE = MergeTree ORDER BY (batch, n)");
            string[] present = (await Query(process, "SELECT batch FROM t GROUP BY batch HAVING count() = 100")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Empty(acknowledged.Except(present.Select(line => int.Parse(line, CultureInfo.InvariantCulture))));
            if (kill == kills)
                break;
            int target = acknowledged.Count + acknowledgedPerKill;
            Task[] writing = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(() => WriteUntilRefused(process)))];
            await Eventually.Holds(() => Acknowledged() >= target, $"{acknowledgedPerKill} batches are acknowledged");
            process.Kill();
            await Task.WhenAll(writing);
        }

        async Task WriteUntilRefused(EmbeddedClickHouseProcess process)
        {
            while (true)
            {
                int batch = Interlocked.Increment(ref next);
                string rows = string.Concat(Enumerable.Range(0, 100).Select(n => $"{batch}\t{n}\n"));
                try
                {
                    await Query(process, $"INSERT INTO t FORMAT TSV\n{rows}");
                }
                catch (HttpRequestException)
                {
                    return;
                }
                lock (acknowledged)
                    acknowledged.Add(batch);
            }
        }

        int Acknowledged()
        {
            lock (acknowledged)
                return acknowledged.Count;
        }
    }

    [Fact]
    public async Task With_a_user_and_password_only_they_may_connect_in_any_of_three_ways()
    {
        await using EmbeddedClickHouseProcess process = await Start(new EmbeddedClickHouseOptions { DataPath = _folder["data"], User = "analyst", Password = "s3:cret" });
        Assert.Equal(HttpStatusCode.OK, await Status(process, "user=analyst&password=s3%3Acret", _ => { }));
        Assert.Equal(HttpStatusCode.OK, await Status(process, "", headers => headers.Authorization = Basic("analyst:s3:cret")));
        Assert.Equal(HttpStatusCode.OK, await Status(process, "", headers =>
        {
            headers.Add("X-ClickHouse-User", "analyst");
            headers.Add("X-ClickHouse-Key", "s3:cret");
        }));

        Assert.Equal(HttpStatusCode.Forbidden, await Status(process, "", _ => { }));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(process, "user=analyst&password=wrong", _ => { }));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(process, "user=default", _ => { }));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(process, "", headers => headers.Authorization = Basic("analyst:")));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(process, "user=analyst&password=s3%3Acret", headers => headers.Authorization = Basic("analyst:s3:cret")));
        using HttpResponseMessage refused = await _http.GetAsync(new Uri(process.Url, "/?query=SELECT+1"));
        Assert.StartsWith("Code: 516. DB::Exception: default: Authentication failed", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("Ok.\n", await _http.GetStringAsync(new Uri(process.Url, "/ping")));
        Assert.DoesNotContain("s3:cret", await File.ReadAllTextAsync($"/proc/{process.ProcessId}/cmdline"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_use_and_a_port_that_is_taken_are_told_in_one_line()
    {
        await using EmbeddedClickHouseProcess process = await Start(new EmbeddedClickHouseOptions { DataPath = _folder["data"] });
        var inUse = await Assert.ThrowsAsync<EmbeddedServiceException>(() => Start(new EmbeddedClickHouseOptions { DataPath = _folder["data"] }));
        Assert.Contains($"'{_folder["data"]}' is in use by another process", inUse.Message, StringComparison.Ordinal);
        var taken = await Assert.ThrowsAsync<EmbeddedServiceException>(() => Start(new EmbeddedClickHouseOptions { DataPath = _folder["other"], Port = process.Url.Port }));
        Assert.Contains($"Port {process.Url.Port} on 127.0.0.1 cannot be used", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_libchdb_the_program_says_so_in_one_line_and_fails()
    {
        var environment = new Dictionary<string, string?> { ["STREAMENGINE_CHDB"] = "/nonexistent" };
        using Process program = ProgramUnderTest.Start(environment, "embedded", "clickhouse", "--data", _folder["data"]);
        (int code, string output, string error) = await ProgramUnderTest.End(program);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Equal("streamengine: libchdb is missing: STREAMENGINE_CHDB names '/nonexistent', which does not exist. Run 'make setup', or correct STREAMENGINE_CHDB.", error.TrimEnd());
    }

    [Theory]
    [InlineData("embedded", "clickhouse")]
    [InlineData("embedded", "clickhouse", "--data", "d", "--port", "70000")]
    [InlineData("embedded", "kafka", "--topic", "posts:many")]
    [InlineData("embedded", "nats")]
    public async Task Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        using Process program = ProgramUnderTest.Start(arguments);
        (int code, _, string error) = await ProgramUnderTest.End(program);
        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_program_ends_cleanly_on_SIGTERM_and_with_its_parent_though_queries_run(bool bySignal)
    {
        using Process program = ProgramUnderTest.Start("embedded", "clickhouse", "--data", _folder["data"], "--exit-with-stdin");
        var url = new Uri((await program.StandardOutput.ReadLineAsync())!);
        Task<HttpResponseMessage> query = _http.PostAsync(url, new StringContent("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1"));
        await Eventually.Holds(async () => await (await _http.PostAsync(url, new StringContent("SELECT count() FROM system.processes"))).Content.ReadAsStringAsync() == "2\n", "the query runs");
        if (!bySignal)
            program.StandardInput.Close();
        int code = bySignal ? await ProgramUnderTest.Terminate(program) : (await ProgramUnderTest.End(program)).ExitCode;
        Assert.Equal(0, code);
        await Assert.ThrowsAsync<HttpRequestException>(() => query);
    }

    private static Task<EmbeddedClickHouseProcess> Start(EmbeddedClickHouseOptions options) =>
        EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), options);

    private async Task<string> Query(EmbeddedClickHouseProcess process, string query)
    {
        using HttpResponseMessage response = await _http.PostAsync(process.Url, new StringContent(query));
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private async Task<HttpStatusCode> Status(EmbeddedClickHouseProcess process, string parameters, Action<HttpRequestHeaders> authenticate)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(process.Url, "/?query=SELECT+1&" + parameters));
        authenticate(request.Headers);
        using HttpResponseMessage response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    private static AuthenticationHeaderValue Basic(string pair) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
}
