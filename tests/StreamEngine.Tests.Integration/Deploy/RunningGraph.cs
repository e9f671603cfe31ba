using System.Net;
using System.Text.RegularExpressions;
using StreamEngine.Connectors.Embedded;

namespace StreamEngine.Tests.Integration;

/// <summary>The shipped brand-sentiment graph with its <c>dedupe</c>, at work on an embedded broker, with a ClickHouse that nobody answers for, and what it exposes.</summary>
public sealed partial class RunningGraph : IAsyncLifetime, IDisposable
{
    private readonly EmbeddedKafka _kafka = EmbeddedKafka.Start(new EmbeddedKafkaOptions { Topics = [new EmbeddedTopic("posts", 1), new EmbeddedTopic("alerts", 1)] });
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly Uri _at = new($"http://127.0.0.1:{FreePort.Next()}");
    private RunningProgram? _engine;

    /// <summary>The samples of <c>/metrics</c>: name and labels.</summary>
    internal IReadOnlyList<(string Metric, IReadOnlyDictionary<string, string> Labels)> Samples { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Topic.Write(_kafka.Bootstrap, "posts", [PostStream.Post("1", DateTimeOffset.UtcNow, "@delta lost my bag again")]);
        var shipped = await File.ReadAllTextAsync(Product.BrandSentimentGraph);
        Assert.Contains("\n# - dedupe: {}", shipped, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["graph.yaml"], shipped.Replace("\n# - dedupe: {}", "\n  - dedupe: {}", StringComparison.Ordinal));
        _engine = RunningProgram.Start(
            "run", _folder["graph.yaml"], "--set", $"operators.match.brands={Product.AirlineBrands}", "--http", $"{_at.Port}", "--set", $"source.kafka.brokers={_kafka.Bootstrap}",
            "--set", "sinks.clickhouse.url=http://127.0.0.1:1", "--set", "source.kafka.settings.session.timeout.ms=1500", "--set", "source.kafka.settings.fetch.wait.max.ms=20");
        await Eventually.Holds(IsAtWork, () => $"the post is counted and committed\n{_engine.Error}", TimeSpan.FromSeconds(60));
    }

    /// <summary>Asks the engine.</summary>
    internal async Task<HttpStatusCode?> Status(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(_at, path));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _engine?.Dispose();
        _http.Dispose();
        _folder.Dispose();
        _kafka.Dispose();
    }

    private async Task<bool> IsAtWork()
    {
        if (await Status("metrics") != HttpStatusCode.OK)
        {
            return false;
        }

        var text = await _http.GetStringAsync(new Uri(_at, "metrics"));
        Samples = [.. Sample().Matches(text).Select(sample => (
            sample.Groups[1].Value,
            (IReadOnlyDictionary<string, string>)Label().Matches(sample.Groups[2].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value)))];
        return Committed().IsMatch(text) && await Status("readyz") == HttpStatusCode.OK;
    }

    [GeneratedRegex(@"^(\w+)(?:\{(.*)\})? \S+$", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("""(\w+)="([^"]*)"(?:,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex("""^streamengine_ledger_records_total\{.*fate="counted".*\} 1$""", RegexOptions.Multiline)]
    private static partial Regex Committed();
}
