using System.Text;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Chaos.Running;

/// <summary>The embedded ClickHouse as a process that can be killed and started again on the same port and data.</summary>
internal sealed class Database(TempFolder folder) : IDisposable
{
    private const int Attempts = 3;

    private readonly EmbeddedClickHouseOptions _options = new() { DataPath = folder["clickhouse"], Port = FreePort.Next() };
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private EmbeddedClickHouseProcess? _process;

    public Uri Url => new($"http://127.0.0.1:{_options.Port}");

    public async Task Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _process = await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), _options);
                return;
            }
            catch (EmbeddedServiceException error) when (attempt < Attempts && error.InnerException is OperationCanceledException)
            {
                // Slow to start: the machine has much to do.
            }
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>The rows of a query, fields separated by tabs.</summary>
    public async IAsyncEnumerable<string[]> Query(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new StringContent(query + " FORMAT TSV", Encoding.UTF8) };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"ClickHouse refuses '{query}': {await response.Content.ReadAsStringAsync()}");
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            yield return line.Split('\t');
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _http.Dispose();
    }
}
