using System.Text;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Integration;

/// <summary>An embedded ClickHouse in a folder of its own; started when a test asks for it.</summary>
public sealed class SharedClickHouse : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private EmbeddedClickHouseProcess? _process;

    /// <summary>Starts it where it does not run yet.</summary>
    public async Task<Uri> Url()
    {
        _process ??= await EmbeddedClickHouseProcess.StartAsync(EmbeddedClickHouseProcess.FindProgram(), new EmbeddedClickHouseOptions { DataPath = _folder["data"] });
        return _process.Url;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The rows of a query, fields separated by tabs.</summary>
    internal static async Task<string[]> Query(Uri url, string query)
    {
        using var http = new HttpClient();
        var response = await http.PostAsync(url, new StringContent(query + " FORMAT TSV", Encoding.UTF8));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Posts per brand and minute, as <see cref="PostStream.Expected"/> has them; empty while there are no tables yet.</summary>
    internal static async Task<string> Counts(Uri url, string graph)
    {
        if ((await Query(url, "SELECT count() FROM system.tables WHERE name = 'brand_sentiment'"))[0] == "0")
        {
            return "";
        }

        var rows = await Query(url, $"SELECT brand, intDiv(toUnixTimestamp(window_start), 60) AS minute, sum(posts) FROM brand_sentiment WHERE graph = '{graph}' GROUP BY brand, minute");
        return string.Join('\n', rows.Select(row => row.Replace('\t', ' ')).Order(StringComparer.Ordinal));
    }

    /// <summary>Waits until the counts are these.</summary>
    internal static async Task Reaches(string expected, Uri url, string graph, Func<string> said)
    {
        var counts = "";
        await Eventually.Holds(async () => (counts = await Counts(url, graph)) == expected, () => $"ClickHouse has all counts; it has\n{counts}\ninstead of\n{expected}\n{said()}", TimeSpan.FromSeconds(90));
    }
}
