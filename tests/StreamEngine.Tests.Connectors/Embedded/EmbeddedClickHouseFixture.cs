using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Connectors.Embedded;

/// <summary>One embedded ClickHouse for a class of tests; each test uses tables of its own.</summary>
public sealed class EmbeddedClickHouseFixture : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private EmbeddedClickHouseProcess? _process;

    public EmbeddedClickHouseProcess Process => _process ?? throw new InvalidOperationException("not started");

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public async Task InitializeAsync() =>
        _process = await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), new EmbeddedClickHouseOptions { DataPath = _folder["data"] });

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    public void Dispose()
    {
        Http.Dispose();
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>Posts a query as the body.</summary>
    public Task<HttpResponseMessage> Post(string query, string parameters = "") => Post(parameters, new StringContent(query));

    public Task<HttpResponseMessage> Post(string parameters, HttpContent body) => Http.PostAsync(new Uri(Process.Url, "/?" + parameters), body);

    public Task<HttpResponseMessage> Get(string parameters) => Http.GetAsync(new Uri(Process.Url, "/?" + parameters));

    /// <summary>Posts a query that must succeed and returns its result.</summary>
    public async Task<string> Text(string query, string parameters = "")
    {
        using HttpResponseMessage response = await Post(query, parameters);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{query}: {text}");
        return text;
    }
}
