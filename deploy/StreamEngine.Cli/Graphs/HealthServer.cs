using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using StreamEngine.Connectors.Kafka;

namespace StreamEngine.Cli.Graphs;

/// <summary>
/// Serves, beside a running graph, <c>/healthz</c> (200 while its workers go round, 503 when one hangs), <c>/readyz</c> (200 when it is at
/// work, 503 with the reasons when not) and <c>/metrics</c> for Prometheus.
/// </summary>
internal sealed class HealthServer : IDisposable
{
    private static readonly TimeSpan _stopPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly RuntimeMetrics _metrics;

    private HealthServer(WebApplication app, RuntimeMetrics metrics) => (_app, _metrics) = (app, metrics);

    /// <summary>Starts serving on all addresses of this machine.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static HealthServer Start(KafkaRuntime runtime, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenAnyIP(port, listen => listen.Protocols = HttpProtocols.Http1));
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(RuntimeMetrics.MeterName, "System.Runtime").AddPrometheusExporter());
        var instruments = new RuntimeMetrics(runtime, TimeProvider.System);
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/healthz", http => Answer(http, runtime.Hanging.Select(name => $"worker {name} hangs")));
        app.MapGet("/readyz", http => Answer(http, runtime.Unready));
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.StartAsync().GetAwaiter().GetResult();
        return new HealthServer(app, instruments);
    }

    public void Dispose()
    {
        using var limit = new CancellationTokenSource(_stopPatience);
        _app.StopAsync(limit.Token).GetAwaiter().GetResult();
        _app.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _metrics.Dispose();
    }

    private static Task Answer(HttpContext http, IEnumerable<string> wrong)
    {
        var text = string.Join('\n', wrong);
        http.Response.StatusCode = text.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync((text.Length == 0 ? "ok" : text) + "\n");
    }
}
