using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Webhook;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;
using StreamEngine.Tests.Connectors.Sinks;

namespace StreamEngine.Tests.Connectors.Webhook;

/// <summary>The sink <c>webhook</c> before a real web server.</summary>
public sealed class WebhookSinkConformance : RemoteSinkConformance
{
    private protected override async Task<ISinkTarget> Start() => new Target(await Receiver.StartAsync());

    /// <summary>A receiver takes each idempotency key once.</summary>
    private sealed class Target(Receiver receiver) : ISinkTarget
    {
        public SinkInput Input { get; } = new("spikes", StreamKind.Alerts, "demo");

        public ISinkWriter Create() => new WebhookWriter(new WebhookSettings { Url = receiver.Url, MaxRetryDelay = TimeSpan.FromMilliseconds(20) }, TimeProvider.System, NullLogger.Instance);

        public byte[] Record(int number) => Encoding.UTF8.GetBytes($$"""{"incident_id":"i{{number}}","sequence":1,"severity":5,"number":{{number}}}""");

        public Task<IReadOnlyList<int>> Read() => Task.FromResult<IReadOnlyList<int>>(
            [.. receiver.Requests.DistinctBy(r => r.Key).Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("number").GetInt32())]);

        public Task GoAway() => receiver.StopAsync();

        public Task ComeBack() => receiver.StartAgainAsync();

        public ValueTask DisposeAsync() => receiver.DisposeAsync();
    }
}
